#include "image/augment.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/error.h"
#include "pixels/preprocess.h"

namespace signpost {
namespace {

constexpr int kSize = 48;

std::vector<std::uint8_t> patch_of(int pad) {
  Image image(90, 80);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      std::uint8_t* pixel = &image.rgb[static_cast<std::size_t>((y * image.width + x) * 3)];
      pixel[0] = static_cast<std::uint8_t>(2 * x);
      pixel[1] = static_cast<std::uint8_t>(3 * y);
      pixel[2] = static_cast<std::uint8_t>(x * y / 40);
    }
  }
  std::vector<std::uint8_t> patch(
      static_cast<std::size_t>((kSize + 2 * pad) * (kSize + 2 * pad) * 3));
  resample(image, {20, 16, 70, 64}, kSize, pad, patch);
  return patch;
}

std::vector<std::uint8_t> variant(const Recipe& recipe, std::uint64_t copy) {
  Random random(7, "sample", copy, "augment");
  std::vector<std::uint8_t> out(kSize * kSize * 3);
  const int pad = patch_pad(kSize);
  augment_patch(recipe, patch_of(pad), kSize, pad, random, out);
  return out;
}

}  // namespace

TEST_CASE("a recipe in which everything is off gives the plain crop") {
  const std::vector<std::uint8_t> plain = patch_of(0), same = variant(Recipe{}, 0);
  REQUIRE(same.size() == plain.size());
  CHECK(same == plain);
}

TEST_CASE("variants differ by copy and are the same again for the same copy") {
  const Recipe road = Recipe::load("road");
  CHECK(variant(road, 1) == variant(road, 1));
  CHECK(variant(road, 1) != variant(road, 2));
}

TEST_CASE("a shift by a quarter of the crop moves the content by as much") {
  Recipe shift;
  shift.shift = {0.25, 0.25};
  const std::vector<std::uint8_t> plain = patch_of(0), moved = variant(shift, 0);
  for (int y = 0; y < 36; ++y) {
    for (int k = 0; k < 36 * 3; ++k) {
      const int expected = plain[static_cast<std::size_t>((y + 12) * kSize * 3 + 36 + k)];
      REQUIRE(std::abs(moved[static_cast<std::size_t>(y * kSize * 3 + k)] - expected) <= 1);
    }
  }
}

TEST_CASE("noise has the strength that the recipe says, and no bias") {
  Recipe noise;
  noise.noise_chance = 1;
  noise.noise_sigma = {8, 8};
  const std::vector<std::uint8_t> flat(static_cast<std::size_t>(72 * 72 * 3), 128);
  std::vector<std::uint8_t> out(kSize * kSize * 3);
  Random random(1, "x", 0, "augment");
  augment_patch(noise, flat, kSize, 12, random, out);
  double sum = 0, squares = 0;
  for (const std::uint8_t value : out) {
    sum += value - 128;
    squares += (value - 128) * (value - 128);
  }
  const double count = static_cast<double>(out.size());
  CHECK(sum / count == Approx(0).margin(0.5));
  CHECK(std::sqrt(squares / count) == Approx(8).margin(0.5));
}

TEST_CASE("every recipe that is named can be loaded and executed a thousand times") {
  const Recipe road = Recipe::load("road");
  CHECK(road.digest.size() == 16);
  for (std::uint64_t copy = 0; copy < 1000; ++copy) REQUIRE(variant(road, copy).size() == 6912);
}

TEST_CASE("an unknown recipe is the caller's mistake, and says what there is") {
  CHECK_THROWS_WITH(Recipe::load("rode"),
                    "there is no recipe rode; known are road, or name a TOML file");
}

}  // namespace signpost
