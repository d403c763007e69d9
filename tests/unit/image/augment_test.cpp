#include "image/augment.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>

#include "base/digest.h"
#include "base/error.h"
#include "pixels/preprocess.h"
#include "support/scratch.h"

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
  const int pad = patch_pad(recipe, kSize);
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
  for (const char* name : {"field", "paper", "road"}) {
    const Recipe recipe = Recipe::load(name);
    CHECK(recipe.digest.size() == 16);
    for (std::uint64_t copy = 0; copy < 1000; ++copy) REQUIRE(variant(recipe, copy).size() == 6912);
  }
}

TEST_CASE("paper changes no pixel but by its flips and turns") {
  CHECK(variant(Recipe::load("paper"), 3) == patch_of(0));
  CHECK(Recipe::load("paper").transforms());
  CHECK_FALSE(Recipe::load("road").transforms());
  CHECK_FALSE(Recipe::load("field").transforms());
}

TEST_CASE("a variant is the same on every machine") {
  // Without JPEG: libjpeg-turbo promises its bytes, other releases may differ.
  for (const auto& [name, digest] :
       {std::pair{"road", "b3c15a56133ad091"}, std::pair{"field", "501980cad7a391ae"}}) {
    Recipe recipe = Recipe::load(name);
    recipe.jpeg_chance = 0;
    std::string all;
    for (std::uint64_t copy = 0; copy < 50; ++copy) {
      const std::vector<std::uint8_t> pixels = variant(recipe, copy);
      all.append(pixels.begin(), pixels.end());
    }
    CAPTURE(name);
    CHECK(sha256_hex(as_bytes(all)).substr(0, 16) == digest);
  }
}

TEST_CASE("a loose box asks for more surroundings, up to half of the crop") {
  Recipe recipe;
  CHECK(patch_pad(recipe, 48) == 12);
  recipe.scale = {0.6, 1};
  CHECK(patch_pad(recipe, 48) == 16);
  recipe.scale = {0.2, 1};
  CHECK(patch_pad(recipe, 48) == 24);
}

TEST_CASE("a scale of a half shows the sign at half its size") {
  Recipe half;
  half.scale = {0.5, 0.5};
  const std::vector<std::uint8_t> plain = patch_of(0), small = variant(half, 0);
  // The crop's upper left corner now lies a quarter in.
  for (int y = 1; y < 23; ++y) {
    for (int x = 1; x < 23; ++x) {
      const auto at = [](int px, int py) {
        return static_cast<std::size_t>((py * kSize + px) * 3);
      };
      const int expected = (plain[at(2 * x, 2 * y)] + plain[at(2 * x + 1, 2 * y)] +
                            plain[at(2 * x, 2 * y + 1)] + plain[at(2 * x + 1, 2 * y + 1)]) /
                           4;
      REQUIRE(std::abs(small[at(12 + x, 12 + y)] - expected) <= 2);
    }
  }
}

TEST_CASE("night takes light away and brings noise") {
  Recipe night;
  night.night_chance = 1;
  night.night = {0.25, 0.25};
  night.noise_sigma = {6, 6};
  const std::vector<std::uint8_t> plain = patch_of(0), dark = variant(night, 0);
  double before = 0, after = 0, rough = 0;
  for (std::size_t i = 3; i < plain.size(); ++i) {
    before += plain[i];
    after += dark[i];
    rough += std::abs(dark[i] - dark[i - 3]);
  }
  CHECK(after / before == Approx(0.25).margin(0.03));
  CHECK(rough / static_cast<double>(plain.size()) > 3);
}

TEST_CASE("chances of turns that exclude one another cannot exceed one") {
  const Scratch scratch;
  const std::string file = (scratch / "mine.toml").string();
  std::ofstream(file) << "[transform]\nrotate_90_chance = 0.6\nrotate_270_chance = 0.6\n";
  CHECK_THROWS_WITH(Recipe::load(file),
                    "recipe " + file +
                        ": the chances of rotate_90, rotate_180 and rotate_270 exclude one "
                        "another; let their sum be within 0 to 1");
}

TEST_CASE("an unknown recipe is the caller's mistake, and says what there is") {
  CHECK_THROWS_WITH(Recipe::load("rode"),
                    "there is no recipe rode; known are field, paper, road, or name a TOML file");
}

}  // namespace signpost
