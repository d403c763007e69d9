#include "image/variants.h"

#include <catch2/catch.hpp>
#include <set>

namespace signpost {
namespace {

Sample sample_of(std::optional<int> label) {
  Sample sample;
  sample.id = "a";
  sample.image = "a.ppm";
  sample.group = "sign";
  sample.label = label;
  sample.add_op(R"({"crop":{"size":48,"margin":0.0}})");
  return sample;
}

Transform transform_of(const Sample& sample) {
  SampleDecoder decoder;
  for (const Op& op : decoder.ops(sample)) {
    if (const auto* transform = std::get_if<TransformOp>(&op)) return transform->transform;
  }
  return Transform::identity;
}

struct Made {
  std::vector<Sample> variants;
  VariantMaker::Tally total;
};

Made make(const Recipe& recipe, std::optional<int> label, std::uint64_t copies,
          VariantMaker::Labels labels = VariantMaker::Labels::safe) {
  const Catalogue catalogue = Catalogue::load();
  VariantMaker maker(recipe, 7, catalogue, labels);
  const Sample original = sample_of(label);
  REQUIRE(maker.take(original).empty());
  Made made;
  Sample variant = original;
  for (std::uint64_t copy = 1; copy <= copies; ++copy) {
    if (maker.make(copy, variant)) made.variants.push_back(variant);
  }
  made.total = maker.total();
  return made;
}

}  // namespace

TEST_CASE("paper draws all eight positions of the square about equally often") {
  const Recipe paper = Recipe::load("paper");
  std::array<int, kTransformCount> counts{};
  for (std::uint64_t copy = 0; copy < 8000; ++copy) {
    Random random(1, "x", copy, kTransformPurpose);
    ++counts[static_cast<std::size_t>(draw_transform(paper, random))];
  }
  for (const int count : counts) CHECK(count == Approx(1000).margin(120));
}

TEST_CASE("a variant's label is what its transform shows, and what shows no sign is not made") {
  const Catalogue catalogue = Catalogue::load();
  const Recipe paper = Recipe::load("paper");
  for (const SignClass& sign : catalogue.classes()) {
    const Made made = make(paper, sign.id, 200);
    CHECK(made.total.made == made.variants.size());
    CHECK(made.total.made + made.total.refused == 200);
    std::uint64_t relabelled = 0;
    for (const Sample& variant : made.variants) {
      const Transform transform = transform_of(variant);
      CAPTURE(sign.id, transform_name(transform));
      REQUIRE(variant.label == sign.after(transform));
      REQUIRE(variant.group == "sign");
      relabelled += variant.label != sign.id;
    }
    CHECK(made.total.relabelled == relabelled);
  }
}

TEST_CASE("keep right becomes keep left and the speed limits stay upright") {
  const Recipe paper = Recipe::load("paper");
  std::set<int> labels;
  for (const Sample& variant : make(paper, 38, 100).variants) labels.insert(*variant.label);
  CHECK(labels == std::set<int>{38, 39});
  for (const Sample& variant : make(paper, 1, 100).variants)
    CHECK(transform_of(variant) == Transform::identity);
  CHECK(make(paper, 12, 100).total.refused == 0);
}

TEST_CASE("without a label, or with an unknown one, only what is left upright is made") {
  for (const std::optional<int> label : {std::optional<int>(), std::optional<int>(99)}) {
    const Made made = make(Recipe::load("paper"), label, 100);
    CHECK(made.total.made > 0);
    CHECK(made.total.refused > 0);
    for (const Sample& variant : made.variants) {
      CHECK(transform_of(variant) == Transform::identity);
      CHECK(variant.label == label);
    }
  }
}

TEST_CASE("as given, every transform is made and the label stays") {
  const Made made = make(Recipe::load("paper"), 1, 100, VariantMaker::Labels::as_given);
  CHECK(made.total.made == 100);
  CHECK(made.total.refused == 0);
  std::set<Transform> seen;
  for (const Sample& variant : made.variants) {
    CHECK(variant.label == 1);
    seen.insert(transform_of(variant));
  }
  CHECK(seen.size() == kTransformCount);
}

TEST_CASE("a recipe of one's own that mixes transforms with light is held to the catalogue too") {
  Recipe mine = Recipe::load("road");
  mine.flip_horizontal_chance = 1;
  const Made mirrored = make(mine, 19, 10);
  CHECK(mirrored.total.relabelled == 10);
  for (const Sample& variant : mirrored.variants) {
    CHECK(variant.label == 20);
    CHECK(variant.ops.find(R"({"transform":"flip_horizontal"},{"augment":{"recipe":"road")") !=
          std::string::npos);
  }
  CHECK(make(mine, 14, 10).total.refused == 10);
}

TEST_CASE("a recipe without transforms never asks for a label") {
  const Made made = make(Recipe::load("road"), std::nullopt, 10);
  CHECK(made.total.made == 10);
}

TEST_CASE("what is varied already is refused with a reason") {
  const Catalogue catalogue = Catalogue::load();
  const Recipe paper = Recipe::load("paper"), road = Recipe::load("road");
  VariantMaker by_paper(paper, 0, catalogue, VariantMaker::Labels::safe),
      by_road(road, 0, catalogue, VariantMaker::Labels::safe);
  Sample sample = sample_of(38);
  sample.add_op(R"({ "transform" : "flip_horizontal" })");
  CHECK(by_paper.take(sample) == "a is transformed already; take a recipe without transforms");
  CHECK(by_road.take(sample).empty());
  sample.add_op(R"({ "augment" : {"recipe":"road","seed":1,"copy":1} })");
  CHECK(by_road.take(sample) == "a is augmented already; run signpost augment once");
}

}  // namespace signpost
