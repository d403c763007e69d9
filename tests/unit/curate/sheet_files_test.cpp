#include "curate/sheet_files.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "base/error.h"
#include "support/scratch.h"

namespace signpost {
namespace {

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("one sheet has the name itself, several are numbered") {
  const Scratch scratch;
  SheetFiles one(scratch / "s.png", false);
  one.add(as_bytes("1"));
  one.commit();
  SheetFiles two(scratch / "t.png", false);
  two.add(as_bytes("1"));
  two.add(as_bytes("2"));
  CHECK(two.count() == 2);
  two.commit();
  CHECK(read_text(scratch / "t-002.png") == "2");
  CHECK(names_in(scratch / "") == std::vector<std::string>{"s.png", "t-001.png", "t-002.png"});
}

TEST_CASE("without a commit nothing is left behind") {
  const Scratch scratch;
  {
    SheetFiles files(scratch / "s.png", false);
    files.add(as_bytes("1"));
  }
  CHECK(names_in(scratch / "").empty());
}

TEST_CASE("a sheet that would replace another file is refused, and none appears") {
  const Scratch scratch;
  OutputFile old(scratch / "s-002.png", false);
  old.write("precious");
  old.commit();
  {
    SheetFiles files(scratch / "s.png", false);
    files.add(as_bytes("1"));
    files.add(as_bytes("2"));
    CHECK_THROWS_AS(files.commit(), Error);
  }
  CHECK(names_in(scratch / "") == std::vector<std::string>{"s-002.png"});
  CHECK(read_text(scratch / "s-002.png") == "precious");
  SheetFiles forced(scratch / "s.png", true);
  forced.add(as_bytes("1"));
  forced.add(as_bytes("2"));
  forced.commit();
  CHECK(read_text(scratch / "s-002.png") == "2");
}

TEST_CASE("standard output takes one sheet") {
  SheetFiles files("-", false);
  files.add(as_bytes("1"));
  CHECK_THROWS_WITH(files.add(as_bytes("2")),
                    "standard output takes one sheet; name a file with -o, or lower --limit");
}

}  // namespace signpost
