#include "source/webdataset.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "base/archive.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

struct Scratch {
  fs::path path = fs::temp_directory_path() / ("signpost-shards-" + std::to_string(::getpid()));
  Scratch() { fs::create_directories(path); }
  ~Scratch() { fs::remove_all(path); }
};

}  // namespace

TEST_CASE("a key keeps what WebDataset can have in one and encodes the rest") {
  CHECK(webdataset_key("gtsrb/train/00014/00023_00013") == "gtsrb/train/00014/00023_00013");
  CHECK(webdataset_key("a.b c#2") == "a%2Eb%20c%232");
  CHECK(webdataset_key("/etc/passwd") == "%2Fetc/passwd");
  CHECK(webdataset_key("../x") == "%2E%2E/x");
  CHECK(webdataset_key(std::string(300, 'a')).empty());
}

namespace {

bool add(ShardWriter& writer, const std::string& key, std::string_view label) {
  Bytes framed;
  ShardWriter::frame(key, {{"cls", as_bytes(label)}}, framed);
  return writer.add(key, framed);
}

}  // namespace

TEST_CASE("long keys are cut at a slash as ustar does it, and read back whole") {
  const Scratch scratch;
  const std::string key = std::string(90, 'p') + "/" + std::string(60, 'n');
  ShardWriter writer(scratch.path, 10);
  REQUIRE(add(writer, key, "14"));
  REQUIRE(writer.finish().size() == 1);
  const Archive tar(scratch.path / "shard-000000.tar");
  REQUIRE(tar.members().size() == 1);
  CHECK(tar.members()[0].name == key + ".cls");
  CHECK(tar.damage().empty());
  Bytes bytes;
  tar.read(tar.members()[0], bytes);
  CHECK(as_text(bytes) == "14");
}

TEST_CASE("a key stands once in a shard, and shards end after their share") {
  const Scratch scratch;
  ShardWriter writer(scratch.path, 2);
  CHECK(add(writer, "a", "1"));
  CHECK_FALSE(add(writer, "a", "1"));
  CHECK(add(writer, "b", "1"));
  CHECK(add(writer, "a", "1"));
  const auto& shards = writer.finish();
  REQUIRE(shards.size() == 2);
  CHECK(shards[0].samples == 2);
  CHECK(shards[1].samples == 1);
}

}  // namespace signpost
