#include "queue/capture_metadata.h"

#include <catch2/catch.hpp>

namespace signpost {
namespace {

std::string kept(std::string_view record) {
  std::string wrong;
  return capture_metadata(record, wrong).value_or("wrong: " + wrong);
}

}  // namespace

TEST_CASE("of a record the fields that a server takes remain, in one order, in ASCII") {
  CHECK(
      kept(
          R"({"model":"net-1","name":"Stop","file":"a.ppm","label":14,"user_label":3,"roi":[1,2,3,4]})") ==
      R"({"file":"a.ppm","label":14,"model":"net-1","user_label":3,"roi":[1,2,3,4]})");
  CHECK(kept("{\"file\":\"stra\xc3\x9f"
             "e\\n.ppm\",\"latitude\":51.5,\"longitude\":-0.1,\"taken\":null}") ==
        R"({"file":"stra\u00dfe\n.ppm","latitude":51.5,"longitude":-0.1})");
  CHECK(kept("{}") == "{}");
}

TEST_CASE("of the best classes five remain") {
  CHECK(kept(R"({"top":[1,2,3,4,5,6,7]})") == R"({"top":[1,2,3,4,5]})");
}

TEST_CASE("what is no object or too large is refused") {
  CHECK(kept("") == "wrong: is not a JSON object");
  CHECK(kept("[1]") == "wrong: is not a JSON object");
  CHECK(kept("{\"file\":\"\xff\"}") == "wrong: is not a JSON object");
  CHECK(kept("{\"file\":" + std::string(100, '[') + std::string(100, ']') + "}") ==
        "wrong: is not a JSON object");
  CHECK(kept("{\"file\":\"" + std::string(kMaxMetadata, 'a') + "\"}") ==
        "wrong: has 4107 bytes of metadata; give at most 4096");
}

TEST_CASE("a file name is found in a record, and makes one") {
  CHECK(file_of_record(R"({"file":"a.ppm"})") == "a.ppm");
  CHECK(file_of_record(R"({"file":3})").empty());
  CHECK(file_of_record("no").empty());
  CHECK(metadata_of_file("a\"b") == R"({"file":"a\"b"})");
  CHECK(metadata_of_file("\xff") == R"({"file":"\ufffd"})");
}

TEST_CASE("what a person said is read, and what is no class and no box is passed over") {
  const UserLabel said = user_label_of(R"({"user_label":14,"roi":[1,2,3,4]})");
  CHECK(said.label == 14);
  CHECK(said.roi == std::array<int, 4>{1, 2, 3, 4});
  for (const char* record : {"", "[]", "{}", R"({"user_label":-1,"roi":[1,2,3]})",
                             R"({"user_label":"x","roi":[1,2,3,-4]})",
                             R"({"user_label":99999999999,"roi":[1,2,3,4.5]})"}) {
    CHECK_FALSE(user_label_of(record).label);
    CHECK_FALSE(user_label_of(record).roi);
  }
}

}  // namespace signpost
