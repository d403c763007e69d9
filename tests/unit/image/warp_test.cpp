#include "image/warp.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace signpost {
namespace {

constexpr int kSide = 64;

std::vector<std::uint8_t> ramp() {
  std::vector<std::uint8_t> image;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      image.push_back(static_cast<std::uint8_t>(2 * x + y));
      image.push_back(static_cast<std::uint8_t>(3 * y));
      image.push_back(static_cast<std::uint8_t>(255 - 2 * x));
    }
  }
  return image;
}

std::vector<std::uint8_t> warped(const std::vector<std::uint8_t>& in, const Projection& projection,
                                 int size) {
  std::vector<std::uint8_t> out(static_cast<std::size_t>(size * size * 3));
  WarpScratch scratch;
  warp(in.data(), kSide, projection, size, out.data(), scratch);
  return out;
}

int at(const std::vector<std::uint8_t>& image, int size, int x, int y, int c) {
  return image[static_cast<std::size_t>((y * size + x) * 3 + c)];
}

}  // namespace

TEST_CASE("moving by whole pixels is exact, and the border is repeated outside") {
  const std::vector<std::uint8_t> in = ramp();
  const std::vector<std::uint8_t> out = warped(in, {1, 0, 40, 0, 1, -3, 0, 0, 1}, 40);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 40; ++x) {
      for (int c = 0; c < 3; ++c) {
        REQUIRE(at(out, 40, x, y, c) ==
                at(in, kSide, std::min(x + 40, kSide - 1), std::max(y - 3, 0), c));
      }
    }
  }
}

TEST_CASE("a projection samples a ramp where its formula says") {
  const std::vector<std::uint8_t> in = ramp();
  const Projection p = {0.9, 0.1, 5.3, -0.08, 1.05, 6.1, 0.001, -0.002, 1.02};
  const std::vector<std::uint8_t> out = warped(in, p, 40);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 40; ++x) {
      const double w = p[6] * x + p[7] * y + p[8];
      const double sx = (p[0] * x + p[1] * y + p[2]) / w, sy = (p[3] * x + p[4] * y + p[5]) / w;
      REQUIRE(std::abs(at(out, 40, x, y, 0) - (2 * sx + sy)) <= 1.01);
      REQUIRE(std::abs(at(out, 40, x, y, 1) - 3 * sy) <= 1.01);
      REQUIRE(std::abs(at(out, 40, x, y, 2) - (255 - 2 * sx)) <= 1.01);
    }
  }
}

TEST_CASE("shrinking averages, so that a fine pattern becomes grey and no moiré") {
  std::vector<std::uint8_t> stripes;
  for (int i = 0; i < kSide * kSide; ++i) {
    for (int c = 0; c < 3; ++c) stripes.push_back(i % 2 ? 255 : 0);
  }
  const std::vector<std::uint8_t> out = warped(stripes, {2.5, 0, 1.2, 0, 2.5, 0.7, 0, 0, 1}, 24);
  for (const std::uint8_t value : out) REQUIRE(value == 128);
}

TEST_CASE("shrinking keeps a ramp where it is") {
  const std::vector<std::uint8_t> out = warped(ramp(), {4, 0, 1.5, 0, 4, 1.5, 0, 0, 1}, 16);
  for (int y = 0; y < 16; ++y) {
    for (int x = 0; x < 16; ++x) REQUIRE(std::abs(at(out, 16, x, y, 1) - 3 * (4 * y + 1.5)) <= 1.5);
  }
}

TEST_CASE("an image of one pixel can be warped") {
  const std::vector<std::uint8_t> pixel = {10, 20, 30};
  std::vector<std::uint8_t> out(12);
  WarpScratch scratch;
  warp(pixel.data(), 1, {1, 0, 0, 0, 1, 0, 0, 0, 1}, 2, out.data(), scratch);
  CHECK(out == std::vector<std::uint8_t>{10, 20, 30, 10, 20, 30, 10, 20, 30, 10, 20, 30});
}

}  // namespace signpost
