#include "base/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "base/digest.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/progress.h"
#include "support/scratch.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

}  // namespace

TEST_CASE("an output file that is not committed leaves nothing, not even beside its place") {
  const Scratch scratch;
  { OutputFile(scratch / "a", false).write("half"); }
  CHECK(entries(scratch / "") == 0);
  {
    OutputFile file(scratch / "a", false);
    file.write("whole");
    file.commit();
  }
  CHECK(read_text(scratch / "a") == "whole");
  CHECK(entries(scratch / "") == 1);
}

TEST_CASE("an existing output is refused without force and replaced with it") {
  const Scratch scratch;
  for (const char* text : {"one", "two"}) {
    OutputFile file(scratch / "a", true);
    file.write(text);
    file.commit();
  }
  CHECK(read_text(scratch / "a") == "two");
  CHECK_THROWS_AS(OutputFile(scratch / "a", false), Error);
  CHECK_THROWS_AS(OutputDirectory(scratch / "a", false), Error);
}

TEST_CASE("an output folder replaces the old one only when it is committed") {
  const Scratch scratch;
  const auto fill = [&](const char* name, bool commit) {
    OutputDirectory folder(scratch / "out", true);
    OutputFile file(folder.partial() / name, false);
    file.commit();
    if (commit) folder.commit();
  };
  fill("first", true);
  fill("second", false);
  CHECK(fs::exists(scratch / "out/first"));
  CHECK(entries(scratch / "") == 1);
  fill("third", true);
  CHECK_FALSE(fs::exists(scratch / "out/first"));
  CHECK(fs::exists(scratch / "out/third"));
  CHECK(entries(scratch / "") == 1);
}

TEST_CASE("reading what is not there says so, with its name") {
  CHECK_THROWS_WITH(read_text("/nowhere/x"),
                    "/nowhere/x: cannot be read: No such file or directory");
  CHECK_THROWS_WITH(read_text("/tmp"), "/tmp: is a folder, not a file");
}

TEST_CASE("SHA-256 gives the known answers of FIPS 180-4, whole and in pieces") {
  CHECK(sha256_hex({}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex(as_bytes("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 digest;
  digest.add("a");
  digest.add("bc");
  CHECK(digest.hex() == sha256_hex(as_bytes("abc")));
}

TEST_CASE("any bytes become a valid JSON string") {
  CHECK(json_string("a\"b\\c\n\t\x01") == R"("a\"b\\c\n\t\u0001")");
  CHECK(json_string("Ä\xf0\x9f\x9b\x91") == "\"Ä\xf0\x9f\x9b\x91\"");
  CHECK(json_string("\xff\xc3") == "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(json_string("\xed\xa0\x80") == "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST_CASE("numbers and times are written for people") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(39209) == "39,209");
  CHECK(grouped(10000000) == "10,000,000");
  CHECK(clock_text(65) == "1:05");
  CHECK(clock_text(7384) == "2:03:04");
}

TEST_CASE("a pipe, a device and an endless file are refused where a record names them") {
  const Scratch scratch;
  const std::string pipe = (scratch / "pipe").string();
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  Bytes bytes;
  CHECK_THROWS_WITH(read_regular_file(pipe, bytes),
                    Catch::EndsWith("is a pipe or a device, not a file"));
  CHECK_THROWS_WITH(read_regular_file("/dev/zero", bytes),
                    Catch::EndsWith("is a pipe or a device, not a file"));
  const std::string sparse = (scratch / "sparse").string();
  OutputFile file(sparse, false);
  file.commit();
  REQUIRE(::truncate(sparse.c_str(), off_t{10} << 30) == 0);
  CHECK_THROWS_WITH(read_file(sparse, bytes), Catch::EndsWith("is over 1 GiB"));
  CHECK(bytes.capacity() < (std::size_t{1} << 20));
}

}  // namespace signpost
