#include "source/grouped_stream.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "support/scratch.h"

namespace signpost {
namespace {

std::vector<std::string> groups(const std::string& text, bool group) {
  const Scratch scratch;
  const std::string path = (scratch / "in.ndjson").string();
  std::ofstream(path) << text;
  Rejects rejects("test", {{}, false, true});
  GroupedStream stream(path, group, rejects);
  std::vector<std::string> result;
  std::vector<Record> records;
  while (stream.next(records)) {
    std::string& line = result.emplace_back();
    for (const Record& record : records) {
      const std::size_t colon = record.where.rfind(':');
      line += record.sample.id + record.where.substr(colon) + " ";
    }
  }
  return result;
}

const std::string kStream =
    "{\"id\":\"a\",\"image\":\"x\"}\n"
    "\n"
    "{\"id\":\"b\",\"image\":\"y\"}\n"
    "nonsense\n"
    "{\"id\":\"c\",\"image\":\"x\"}\n"
    "{\"id\":\"d\",\"image\":\"x\",\"ops\":[{\"crop\":{\"size\":8}}]}\n"
    "{\"id\":\"e\",\"image\":\"x\",\"split\":\"val\"}\n"
    "{\"id\":\"f\",\"image\":\"x\"}";

using Groups = std::vector<std::string>;

}  // namespace

TEST_CASE("samples of one image come together, but for other sides and those with operations") {
  CHECK(groups(kStream, true) == Groups{"a:1 c:5 f:8 ", "b:3 ", "d:6 ", "e:7 "});
}

TEST_CASE("without grouping each sample comes alone, in the order of the stream") {
  CHECK(groups(kStream, false) == Groups{"a:1 ", "b:3 ", "c:5 ", "d:6 ", "e:7 ", "f:8 "});
}

TEST_CASE("an empty stream has no images") {
  CHECK(groups("", true).empty());
  CHECK(groups("", false).empty());
}

}  // namespace signpost
