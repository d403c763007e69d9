#include "source/json.h"

#include <catch2/catch.hpp>
#include <vector>

#include "base/error.h"

namespace signpost {
namespace {

std::vector<std::string> visited(std::string_view text) {
  std::vector<std::string> lines;
  constexpr std::array<std::string_view, 1> kArrays = {"list"};
  const JsonText json(Bytes(text.begin(), text.end()));
  JsonText::Visitor visitor;
  visitor.arrays = kArrays;
  visitor.begin = [&](std::string_view array) { lines.push_back(std::string(array) + " begins"); };
  visitor.element = [&](std::string_view array, std::string_view element) {
    lines.push_back(std::string(array) + "[]=" + std::string(element));
  };
  visitor.field = [&](std::string_view key, std::string_view value) {
    lines.push_back(std::string(key) + "=" + std::string(value));
  };
  json.visit("a.json", visitor);
  return lines;
}

}  // namespace

TEST_CASE("the top level of a JSON text is visited in order, the inside left as it is") {
  CHECK(visited(
            " { \"a\\u0062\" : 1 , \"list\" : [ {\"x\":[1,{}]} , 2 ,\"t\" ], \"other\": [3] }\n") ==
        std::vector<std::string>{"ab=1", "list begins", "list[]={\"x\":[1,{}]}", "list[]=2",
                                 "list[]=\"t\"", "other=[3]"});
  CHECK(visited("\xef\xbb\xbf[1, [2]]") == std::vector<std::string>{"[]=1", "[]=[2]"});
  CHECK(visited("{\"list\":[]}") == std::vector<std::string>{"list begins"});
}

TEST_CASE("an entry that is wrong inside does not cost the others") {
  CHECK(visited(R"({"list":[{"a":NaN},{"b":1}]})") ==
        std::vector<std::string>{"list begins", R"(list[]={"a":NaN})", R"(list[]={"b":1})"});
}

TEST_CASE("a JSON text that is cut or goes on is refused with the file's name") {
  CHECK_THROWS_WITH(visited(R"({"list":[{"a":1},)"),
                    "a.json: is not valid JSON, or was cut short; export or copy it again");
  CHECK_THROWS_WITH(visited("{} {}"), "a.json: goes on behind its JSON; correct the file");
  CHECK_THROWS_WITH(visited(""), "a.json: is empty; export it again");
  CHECK_THROWS_WITH(visited("7"), "a.json: holds neither a JSON object nor a list");
  CHECK_THROWS_WITH(visited("{\"a\":\"\xff\"}"), "a.json: is not UTF-8; save it as UTF-8");
}

TEST_CASE("values answer for their own type and stay silent for others") {
  JsonParser parser;
  std::string wrong;
  const JsonValue value = parser.parse(
      R"({"n":5.0,"i":-7,"s":"a\nb","t":true,"z":null,"l":[1,2],"big":9223372036854775808})",
      wrong);
  REQUIRE(wrong.empty());
  CHECK(value["n"].integer() == 5);
  CHECK(value["n"].number() == 5.0);
  CHECK(value["i"].integer() == -7);
  CHECK(!value["i"].string());
  CHECK(value["s"].string() == "a\nb");
  CHECK(value["t"].boolean() == true);
  CHECK(value["z"].is_null());
  CHECK(!value["missing"].present());
  CHECK(!value["missing"]["deeper"].number());
  CHECK(value["l"].size() == 2);
  CHECK(!value["big"].integer());
  CHECK(value.text() ==
        R"({"n":5.0,"i":-7,"s":"a\nb","t":true,"z":null,"l":[1,2],"big":9223372036854775808})");
}

TEST_CASE("a parser says why a text is no JSON") {
  JsonParser parser;
  std::string wrong;
  CHECK(!parser.parse("{\"a\":NaN}", wrong).present());
  CHECK(wrong == "is not valid JSON; correct it (NaN and Infinity are not JSON)");
  CHECK(!parser.parse("[1e999]", wrong).present());
  CHECK(wrong == "holds a number that JSON does not allow; correct it");
  CHECK(!parser.parse(std::string(2000, '[') + std::string(2000, ']'), wrong).present());
  CHECK(wrong == "nests more than 1024 deep; correct it");
  CHECK(parser.parse("[1]", wrong).present());
  CHECK(wrong.empty());
}

}  // namespace signpost
