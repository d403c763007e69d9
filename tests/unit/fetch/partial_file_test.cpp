#include "fetch/partial_file.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <optional>

#include "base/error.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("partial-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }
  fs::path file() const { return path_ / "f.zip"; }
  std::size_t count() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path_), fs::directory_iterator()));
  }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("a partial file is found again with its validators") {
  const Folder folder;
  {
    PartialFile part(folder.file());
    part.begin({"http://x/f.zip", "\"e\"", "", 10});
    part.append(as_bytes("abc"));
  }
  PartialFile part(folder.file());
  CHECK(part.size() == 3);
  CHECK(part.validators().url == "http://x/f.zip");
  CHECK(part.validators().if_range() == "\"e\"");
  CHECK(part.validators().size == 10u);
  part.append(as_bytes("def"));
  part.finish();
  CHECK(read_text(folder.file()) == "abcdef");
  CHECK(folder.count() == 1);
}

TEST_CASE("bytes of which nobody knows where they come from are not kept") {
  const Folder folder;
  std::ofstream(folder.file().string() + ".part") << "left by another program";
  PartialFile part(folder.file());
  CHECK(part.size() == 0);
}

TEST_CASE("damaged notes are as good as none") {
  const Folder folder;
  std::ofstream(folder.file().string() + ".part") << "abc";
  std::ofstream(folder.file().string() + ".part.json") << "{\"url\":";
  PartialFile part(folder.file());
  CHECK(part.size() == 0);
}

TEST_CASE("an empty partial file leaves nothing behind") {
  const Folder folder;
  { PartialFile part(folder.file()); }
  CHECK(folder.count() == 0);
}

TEST_CASE("a partial file has one holder at a time") {
  const Folder folder;
  std::optional<PartialFile> part(std::in_place, folder.file());
  CHECK_THROWS_WITH(PartialFile(folder.file()),
                    Catch::Matchers::Contains("another process is fetching this file"));
  part.reset();
  CHECK_NOTHROW(PartialFile(folder.file()));
}

TEST_CASE("a weak ETag is no validator for ranges") {
  CHECK(Validators{"u", "W/\"e\"", "date", {}}.if_range() == "date");
  CHECK(Validators{"u", "W/\"e\"", "", {}}.if_range().empty());
  CHECK(Validators{"u", "\"e\"", "date", {}}.if_range() == "\"e\"");
}

}  // namespace signpost
