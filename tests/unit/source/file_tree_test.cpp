#include "source/file_tree.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "support/scratch.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

void touch(const fs::path& path) {
  fs::create_directories(path.parent_path());
  OutputFile file(path, true);
  file.write("x");
  file.commit();
}

}  // namespace

TEST_CASE("a folder that is linked in is read, and one that leads back to itself is not walked") {
  const Scratch scratch;
  touch(scratch / "set/a/1.ppm");
  touch(scratch / "elsewhere/2.ppm");
  fs::create_directory_symlink("..", scratch / "set/a/up");
  fs::create_directory_symlink(".", scratch / "set/self");
  fs::create_directory_symlink("../elsewhere", scratch / "set/linked");
  fs::create_symlink("nowhere", scratch / "set/dangling.ppm");
  const FileTree tree((scratch / "set").string());
  const std::map<std::string, std::vector<std::string>> expected = {{"a", {"1.ppm"}},
                                                                    {"linked", {"2.ppm"}}};
  CHECK(tree.folders() == expected);
}

TEST_CASE("a pipe in a folder is no file of the tree") {
  const Scratch scratch;
  touch(scratch / "set/1.ppm");
  REQUIRE(::mkfifo((scratch / "set/pipe.ppm").c_str(), 0600) == 0);
  const FileTree tree((scratch / "set").string());
  CHECK(tree.folders().at("") == std::vector<std::string>{"1.ppm"});
  Bytes bytes;
  CHECK_THROWS_AS(tree.read("", "pipe.ppm", bytes), Error);
}

}  // namespace signpost
