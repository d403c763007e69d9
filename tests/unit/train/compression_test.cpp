#include "train/compression.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace signpost {
namespace {

using Answer = std::vector<float>;

CompressionCost three_classes() { return {"int8", {1, 5, 9}, {"thirty", "eighty", "stop"}}; }

}  // namespace

TEST_CASE("what compression costs is counted over all samples and by class") {
  CompressionCost cost = three_classes();
  cost.add(0, "a", Answer{0.9f, 0.1f, 0}, Answer{0.8f, 0.2f, 0});
  cost.add(1, "b", Answer{0.1f, 0.9f, 0}, Answer{0.6f, 0.4f, 0});  // lost
  cost.add(1, "c", Answer{0.1f, 0.9f, 0}, Answer{0.1f, 0.9f, 0});
  cost.add(2, "d", Answer{0.5f, 0.3f, 0.2f}, Answer{0.2f, 0.3f, 0.5f});  // won
  const nlohmann::json json = nlohmann::json::parse(cost.json());
  CHECK(json["precision"] == "int8");
  CHECK(json["samples"] == 4);
  CHECK(json["accuracy_float"] == 0.75);
  CHECK(json["accuracy"] == 0.75);
  CHECK(json["cost_points"] == 0);
  CHECK(json["cost_points_95"][0] < 0);
  CHECK(json["cost_points_95"][1] > 0);
  CHECK(json["changed"] == 2);
  CHECK(json["largest_difference"] == 0.5);
  REQUIRE(json["classes"].size() == 2);
  CHECK(json["classes"][0]["label"] == 5);
  CHECK(json["classes"][0]["recall_float"] == 1);
  CHECK(json["classes"][0]["recall"] == 0.5);
  CHECK(json["classes"][1]["label"] == 9);
  CHECK(cost.line() ==
        "int8: accuracy 75.00 % on 4 validation images, 75.00 % as trained; another label on 2; "
        "most lost in class 5 (eighty), 50.00 points of recall");
}

TEST_CASE("a form that changes no answer costs nothing and names no class") {
  CompressionCost cost = three_classes();
  cost.add(2, "a", Answer{0, 0, 1}, Answer{0, 0, 1});
  cost.add(0, "b", Answer{0, 1, 0}, Answer{0, 1, 0});
  const nlohmann::json json = nlohmann::json::parse(cost.json());
  CHECK(json["cost_points"] == 0);
  CHECK(json["changed"] == 0);
  CHECK(json["classes"].empty());
  CHECK(cost.line() ==
        "int8: accuracy 50.00 % on 2 validation images, 50.00 % as trained; another label on 0");
}

}  // namespace signpost
