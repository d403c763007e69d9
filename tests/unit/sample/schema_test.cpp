#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "sample/sample.h"

namespace signpost {
namespace {

using Json = nlohmann::ordered_json;

Json schema() { return Json::parse(read_text(TEST_DATA "/../../../schema/sample.schema.json")); }

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) names.push_back(key);
  return names;
}

}  // namespace

TEST_CASE("the schema names the fields that the codec knows, in its order") {
  Sample sample;
  sample.id = sample.image = sample.group = sample.split = sample.sha256 = "x";
  sample.width = sample.height = sample.label = sample.frame = sample.fold = 1;
  sample.roi = Roi{0, 0, 1, 1};
  sample.add_op("{}");
  std::string line;
  encode(sample, line);
  std::vector<std::string> known = keys(Json::parse(line));
  known.push_back("history");  // of the stream, not of the sample: LineWriter adds it
  CHECK(keys(schema()["properties"]) == known);
}

TEST_CASE("the schema names the transforms that the codec knows, in their order") {
  const Json whole = schema();
  const Json& names = whole["$defs"]["transform"]["enum"];
  REQUIRE(names.size() == kTransformCount);
  for (std::size_t i = 0; i < names.size(); ++i)
    CHECK(transform_named(names[i].get<std::string>()) == static_cast<Transform>(i));
}

TEST_CASE("the schema's examples come through the codec as they are") {
  SampleDecoder decoder;
  const Json whole = schema();
  for (const Json& example : whole["examples"]) {
    Sample sample;
    std::string again;
    CHECK(decoder.decode(example.dump(), sample).empty());
    CHECK(decoder.ops(sample).size() == example.value("ops", Json::array()).size());
    encode(sample, again);
    CHECK(again == example.dump());
  }
}

}  // namespace signpost
