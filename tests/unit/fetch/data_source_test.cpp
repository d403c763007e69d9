#include "fetch/data_source.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace signpost {
namespace {

std::string source(const std::string& file) {
  return "name = \"a\"\ntitle = \"A\"\nurl = \"http://x/y\"\nlicence = \"l\"\ncitation = \"c\"\n"
         "[[file]]\n" +
         file;
}

const std::string kMd5 = "0123456789abcdef0123456789abcdef";

}  // namespace

TEST_CASE("the sources that travel with the program are sound and name the official archives") {
  CHECK(known_sources() == std::vector<std::string>{"gtsdb", "gtsrb"});
  for (const std::string& name : known_sources()) {
    const DataSource source = DataSource::load(name);
    CHECK(source.name == name);
    CHECK(source.url.starts_with("https://"));
    CHECK(source.url.ends_with("/"));
    for (const SourceFile& file : source.files) CHECK_FALSE(file.about.empty());
  }
  const DataSource gtsrb = DataSource::load("gtsrb");
  REQUIRE(gtsrb.find("training"));
  CHECK(gtsrb.find("training")->file == "GTSRB_Final_Training_Images.zip");
  CHECK(gtsrb.find("training")->size == 276294756u);
  CHECK(gtsrb.find("nothing") == nullptr);
}

TEST_CASE("an unknown source is a usage error that names the known ones") {
  CHECK_THROWS_WITH(DataSource::load("imagenet"),
                    "there is no source imagenet; known are gtsdb, gtsrb, or name a TOML file");
}

TEST_CASE("a source that says something impossible is refused with its place") {
  const auto message = [](const std::string& file) {
    try {
      DataSource::parse(source(file), "s.toml");
    } catch (const Error& error) {
      CHECK(error.blame() == Blame::input);
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string good = "key = \"k\"\nfile = \"f.zip\"\nverified_by_us = false\n";
  CHECK(message(good).empty());
  CHECK(message("key = \"k\"\nfile = \"../f\"\nverified_by_us = false\n") ==
        "s.toml: [[file]] number 1 needs \"file\" to be a plain name, without a folder");
  CHECK(message("key = \"k\"\nfile = \"f\"\n") ==
        "s.toml: [[file]] number 1 needs \"verified_by_us\" to be true or false");
  CHECK(message(good + "md5 = \"ABC\"\n") ==
        "s.toml: [[file]] number 1 needs \"md5\" to be 32 lower-case hexadecimal digits");
  CHECK(message(good + "md5 = \"" + kMd5 + "\"\n") ==
        "s.toml: [[file]] number 1 has a checksum that is not ours; say in \"checksum_from\" who "
        "published it");
  CHECK(message("key = \"k\"\nfile = \"f\"\nverified_by_us = true\n") ==
        "s.toml: [[file]] number 1 speaks of a checksum but has none");
  CHECK(message(good + "size = -1\n") ==
        "s.toml: [[file]] number 1 needs \"size\" to be a number of bytes");
  CHECK(message(good + "sice = 1\n") == "s.toml: [[file]] number 1 has the unknown field \"sice\"");
  CHECK(message(good + "[[file]]\n" + good) == "s.toml: has the key \"k\" twice");
  CHECK(message("key = 7\n") == "s.toml: [[file]] number 1 needs \"key\" to be a text");
  CHECK(message("key = \"k\n").starts_with("s.toml:7: is not valid TOML: "));
}

}  // namespace signpost
