#include "sample/sample.h"

#include <catch2/catch.hpp>
#include <limits>

#include "base/error.h"

namespace signpost {
namespace {

std::string again(const std::string& line) {
  SampleDecoder decoder;
  Sample sample;
  const std::string wrong = decoder.decode(line, sample);
  if (!wrong.empty()) return "wrong: " + wrong;
  std::string out;
  encode(sample, out);
  return out;
}

}  // namespace

TEST_CASE("a record in the order of the schema comes back byte for byte") {
  const std::string line =
      R"({"id":"gtsrb/train/00014/00023_00013","image":"a.zip!b/c.ppm","width":42,"height":44,"roi":[5,5,37,39],)"
      R"("label":14,"group":"gtsrb/00014/00023","frame":13,"split":"train","fold":3,"sha256":"00ff",)"
      R"("ops":[{"crop":{"size":48,"margin":0.0}},{"augment":{"recipe":"road","seed":7,"copy":2}}],)"
      R"("photographer":"Ä \"x\"","n":1.50,"deep":{"a":[1,2,{"b":null}]}})";
  CHECK(again(line) == line);
}

TEST_CASE("unknown fields keep their text, whatever their type and place") {
  CHECK(again(R"({"x": -0.0 , "id":"a","y":[ 1 , 2 ] ,"image":"b","z" : "\u00e9","t":true})") ==
        R"({"id":"a","image":"b","x":-0.0,"y":[ 1 , 2 ],"z":"\u00e9","t":true})");
}

TEST_CASE("texts that need escapes are escaped, alone and behind what is there already") {
  Sample sample;
  sample.id = "a \"b\"\n";
  sample.image = "Ä\\x.ppm";
  sample.group = "\x01";
  sample.width = std::numeric_limits<int>::min();
  std::string out = "before ";
  encode(sample, out);
  CHECK(out ==
        R"(before {"id":"a \"b\"\n","image":"Ä\\x.ppm","width":-2147483648,"group":"\u0001"})");
}

TEST_CASE("a sample of the longest numbers, or of nothing, is written whole") {
  Sample sample;
  std::string out;
  encode(sample, out);
  CHECK(out == "{}");
  const int least = std::numeric_limits<int>::min();
  sample.width = sample.height = sample.label = sample.frame = sample.fold = least;
  sample.roi = Roi{least, least, least, least};
  sample.extra = R"("x":1)";
  out.clear();
  encode(sample, out);
  CHECK(out == R"({"width":-2147483648,"height":-2147483648,)"
               R"("roi":[-2147483648,-2147483648,-2147483648,-2147483648],"label":-2147483648,)"
               R"("frame":-2147483648,"fold":-2147483648,"x":1})");
}

TEST_CASE("values may stand deep in each other, but not without end") {
  const auto nested = [](const std::string& key, std::size_t depth) {
    return R"({"id":"a","image":"b",")" + key + "\":" + std::string(depth, '[') +
           std::string(depth, ']') + "}";
  };
  CHECK(again(nested("x", 500)) == nested("x", 500));
  for (const std::size_t depth : {std::size_t{501}, std::size_t{2000000}}) {
    CHECK(again(nested("x", depth)) == "wrong: has lists or objects more than 500 deep");
    CHECK(again(nested("ops", depth)) == "wrong: has lists or objects more than 500 deep");
  }
}

TEST_CASE("null stands for absent in a known field") {
  CHECK(again(R"({"id":"a","image":"b","label":null,"roi":null,"split":null,"frame":null})") ==
        R"({"id":"a","image":"b"})");
}

TEST_CASE("a bad record says which field is wrong") {
  CHECK(again("{") == "wrong: is not valid JSON");
  CHECK(again("[1]") == "wrong: is not a JSON object");
  CHECK(again(R"({"image":"b"})") == "wrong: has no \"id\"");
  CHECK(again(R"({"id":"a"})") == "wrong: has no \"image\"");
  CHECK(again(R"({"id":"a","image":"b","width":"9"})") ==
        "wrong: field \"width\" must be a whole number");
  CHECK(again(R"({"id":"a","image":"b","width":1.5})") ==
        "wrong: field \"width\" must be a whole number");
  CHECK(again(R"({"id":"a","image":"b","label":99999999999})") ==
        "wrong: field \"label\" must be a whole number");
  CHECK(again(R"({"id":7,"image":"b"})") == "wrong: field \"id\" must be a string");
  CHECK(again(R"({"id":"a","image":"b","roi":[1,2,3]})") ==
        "wrong: field \"roi\" must be four whole numbers [x1,y1,x2,y2]");
  CHECK(again(R"({"id":"a","image":"b","ops":{}})") ==
        "wrong: field \"ops\" must be a list of operations");
  CHECK(again(R"({"id":"a","image":"b"} {"id":"c"})") ==
        "wrong: has text behind its JSON object; put one object on each line");
  CHECK(again("{\"id\":\"a\xff\",\"image\":\"b\"}") == "wrong: is not valid JSON");
}

TEST_CASE("operations are read in their order") {
  SampleDecoder decoder;
  Sample sample;
  sample.id = "a";
  sample.add_op(R"({"crop":{"size":48,"margin":0.1}})");
  sample.add_op(R"({"transform":"rotate_90"})");
  sample.add_op(
      R"({"augment":{"recipe":"road","digest":"0011","seed":18446744073709551615,"copy":2}})");
  const std::vector<Op> ops = decoder.ops(sample);
  REQUIRE(ops.size() == 3);
  CHECK(std::get<CropOp>(ops[0]).size == 48);
  CHECK(std::get<CropOp>(ops[0]).margin == 0.1);
  CHECK(std::get<TransformOp>(ops[1]).transform == Transform::rotate_90);
  CHECK(std::get<AugmentOp>(ops[2]).recipe == "road");
  CHECK(std::get<AugmentOp>(ops[2]).digest == "0011");
  CHECK(std::get<AugmentOp>(ops[2]).seed == 18446744073709551615u);
  CHECK(std::get<AugmentOp>(ops[2]).copy == 2);
}

TEST_CASE("an operation of a later release is an error, not skipped") {
  SampleDecoder decoder;
  Sample sample;
  sample.id = "a";
  sample.ops = R"({"rotate":{"degrees":90}})";
  CHECK_THROWS_WITH(decoder.ops(sample), "a: field \"ops\" holds the unknown operation \"rotate\"");
}

TEST_CASE(
    "an argument that is unknown or of a wrong type is an error, since it would change pixels") {
  const auto error_of = [](const std::string& ops) -> std::string {
    SampleDecoder decoder;
    Sample sample;
    sample.id = std::string("a");
    sample.ops = ops;
    try {
      decoder.ops(sample);
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  };
  CHECK(error_of(R"({"crop":{"size":48,"aspect":true}})") ==
        "a: field \"ops\" gives crop the unknown argument \"aspect\"");
  CHECK(error_of(R"({"crop":{"margin":0.5}})") ==
        "a: field \"ops\" asks for a crop without a size");
  CHECK(error_of(R"({"crop":{"size":9999}})") == "a: field \"ops\" asks for a crop of 9999 px");
  CHECK(error_of(R"({"crop":{"size":48,"margin":5}})") ==
        "a: field \"ops\" asks for a margin outside 0 to 4");
  CHECK_FALSE(error_of(R"({"crop":{"size":48,"margin":"0.1"}})").empty());
  CHECK(error_of(R"({"augment":{"recipe":"road","colour":"red"}})") ==
        "a: field \"ops\" gives augment the unknown argument \"colour\"");
  CHECK(error_of(R"({"augment":{"seed":1}})") ==
        "a: field \"ops\" asks for an augmentation without a recipe");
  CHECK(error_of(R"({"transform":"rotate_45"})") ==
        "a: field \"ops\" asks for the unknown transform \"rotate_45\"");
  CHECK_FALSE(error_of(R"({"transform":{"by":"rotate_90"}})").empty());
  CHECK(error_of(R"({"crop":{"size":48,"margin":0}})").empty());
}

}  // namespace signpost
