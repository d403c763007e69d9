#include "train/feed.h"

#include <catch2/catch.hpp>
#include <map>

#include "image/turn.h"

namespace signpost {
namespace {

constexpr int kSize = 8, kPad = 2;

/// One sample of each of these classes, with pixels that differ everywhere.
PixelSet set_of(const std::vector<int>& labels) {
  PixelSet set;
  set.size = kSize;
  set.pad = kPad;
  for (const int label : labels) {
    Sample sample;
    sample.id = std::to_string(label);
    sample.label = label;
    set.samples.push_back(sample);
    set.targets.push_back(label);  // GTSRB's ids are the outputs
    for (std::size_t i = 0; i < set.pixel_bytes(); ++i)
      set.pixels.push_back(static_cast<std::uint8_t>(i * i / 7 + static_cast<std::size_t>(label)));
  }
  return set;
}

Variation variation_of(const Recipe& recipe) {
  std::vector<int> ids;
  const Catalogue catalogue = Catalogue::load();
  for (const SignClass& sign : catalogue.classes()) ids.push_back(sign.id);
  return {recipe, transform_targets(catalogue, ids)};
}

/// What an epoch gives for each sample of the set, in the set's order.
struct Fed {
  std::vector<std::uint8_t> pixels;
  std::int64_t label;
};
std::vector<Fed> epoch_of(const PixelSet& set, const Variation& variation, std::uint64_t epoch) {
  // One sample a batch, and one set a sample: the order of the epoch is then known.
  std::vector<Fed> fed;
  for (std::size_t i = 0; i < set.samples.size(); ++i) {
    PixelSet one;
    one.size = set.size;
    one.pad = set.pad;
    one.samples = {set.samples[i]};
    one.targets = {set.targets[i]};
    one.pixels.assign(set.at(i).begin(), set.at(i).end());
    EpochFeed feed(one, &variation, 7, epoch, 1);
    const std::optional<Batch> batch = feed.next();
    REQUIRE(batch);
    fed.push_back({batch->pixels, batch->labels[0]});
  }
  return fed;
}

std::vector<std::uint8_t> crop_of(const PixelSet& set, std::size_t i, Transform transform) {
  std::vector<std::uint8_t> crop(kSize * kSize * 3), turned(crop.size());
  set.crop(i, crop);
  turn_square(transform, crop.data(), kSize, turned.data());
  return turned;
}

}  // namespace

TEST_CASE("in training a flip changes the label as the catalogue says, or is left out") {
  Recipe mirror;
  mirror.flip_horizontal_chance = 1;
  const PixelSet set = set_of({38, 19, 12, 14, 1});
  const std::vector<Fed> fed = epoch_of(set, variation_of(mirror), 0);
  CHECK(fed[0].label == 39);
  CHECK(fed[1].label == 20);
  CHECK(fed[2].label == 12);
  for (const std::size_t i : {0, 1, 2})
    CHECK(fed[i].pixels == crop_of(set, i, Transform::flip_horizontal));
  CHECK(fed[3].label == 14);
  CHECK(fed[4].label == 1);
  for (const std::size_t i : {3, 4}) CHECK(fed[i].pixels == crop_of(set, i, Transform::identity));
}

TEST_CASE("under paper every label of every epoch is true of its pixels") {
  const Catalogue catalogue = Catalogue::load();
  const PixelSet set = set_of({38, 39, 12, 17, 1, 33});
  const Variation variation = variation_of(Recipe::load("paper"));
  std::map<std::int64_t, int> labels_of_keep_right;
  for (std::uint64_t epoch = 0; epoch < 30; ++epoch) {
    const std::vector<Fed> fed = epoch_of(set, variation, epoch);
    for (std::size_t i = 0; i < fed.size(); ++i) {
      bool explained = false;
      const SignClass& sign = *catalogue.find(static_cast<int>(set.targets[i]));
      for (std::size_t t = 0; t < kTransformCount; ++t) {
        const auto transform = static_cast<Transform>(t);
        if (sign.after(transform) != static_cast<int>(fed[i].label)) continue;
        explained = explained || fed[i].pixels == crop_of(set, i, transform);
      }
      CAPTURE(epoch, sign.id, fed[i].label);
      REQUIRE(explained);
    }
    ++labels_of_keep_right[fed[0].label];
  }
  CHECK(labels_of_keep_right.size() == 2);
}

TEST_CASE("half of the signs are mirrored where that shows a class, under its label") {
  const PixelSet set = set_of({1, 31, 38});  // a speed limit, wild animals, keep right
  Variation variation = variation_of(Recipe{});
  variation.mirror = true;
  std::map<std::int64_t, int> seen;
  int mirrored = 0;
  for (std::uint64_t epoch = 0; epoch < 64; ++epoch) {
    const std::vector<Fed> fed = epoch_of(set, variation, epoch);
    for (std::size_t i = 0; i < fed.size(); ++i) {
      ++seen[fed[i].label];
      const bool flipped = fed[i].pixels == crop_of(set, i, Transform::flip_horizontal);
      if (!flipped) REQUIRE(fed[i].pixels == crop_of(set, i, Transform::identity));
      if (i == 0) REQUIRE_FALSE(flipped);
      if (i == 1) mirrored += flipped;
      if (i == 2) REQUIRE(fed[i].label == (flipped ? 39 : 38));
    }
  }
  REQUIRE(seen[1] == 64);
  REQUIRE(seen[31] == 64);
  REQUIRE(mirrored > 20);
  REQUIRE(mirrored < 44);
  REQUIRE(seen[39] > 20);
  REQUIRE(seen[39] < 44);
}

TEST_CASE("a class that the network does not know is not made") {
  const Catalogue catalogue = Catalogue::load();
  const TransformTargets targets = transform_targets(catalogue, {12, 38});
  const auto after = [&](std::size_t output, Transform transform) {
    return targets[output][static_cast<std::size_t>(transform)];
  };
  CHECK(after(0, Transform::rotate_90) == 0);
  CHECK(after(1, Transform::identity) == 1);
  CHECK(after(1, Transform::flip_horizontal) == -1);
  CHECK(after(1, Transform::transpose) == 1);
}

}  // namespace signpost
