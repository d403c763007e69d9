#include "pixels/preprocess.h"

#include <catch2/catch.hpp>
#include <cmath>

namespace signpost {
namespace {

Image noise(int width, int height) {
  Image image(width, height);
  std::uint32_t state = 1;
  for (std::uint8_t& value : image.rgb) {
    state = state * 1664525u + 1013904223u;
    value = static_cast<std::uint8_t>(state >> 24);
  }
  return image;
}

std::vector<std::uint8_t> resampled(const Image& image, const Box& box, int size, int pad) {
  std::vector<std::uint8_t> out(static_cast<std::size_t>((size + 2 * pad) * (size + 2 * pad) * 3));
  resample(image, box, size, pad, out);
  return out;
}

/// The same filter in floating point, straight from its definition.
double reference(const Image& image, const Box& box, int size, int i, int j, int channel) {
  const auto weights = [&](int length, int at) {
    const double scale = static_cast<double>(length) / size, radius = std::max(1.0, scale);
    const double centre = (at + 0.5) * scale;
    std::vector<std::pair<int, double>> taps;
    double total = 0;
    for (int k = static_cast<int>(std::floor(centre - radius)) - 1; k < centre + radius + 1; ++k) {
      const double weight = std::max(0.0, radius - std::abs(centre - (k + 0.5)));
      if (weight > 0) taps.emplace_back(k, weight);
      total += weight;
    }
    for (auto& tap : taps) tap.second /= total;
    return taps;
  };
  double sum = 0;
  for (const auto& [dy, wy] : weights(box.height(), j)) {
    for (const auto& [dx, wx] : weights(box.width(), i)) {
      const int x = std::clamp(box.x1 + dx, 0, image.width - 1),
                y = std::clamp(box.y1 + dy, 0, image.height - 1);
      sum += wx * wy * image.rgb[static_cast<std::size_t>((y * image.width + x) * 3 + channel)];
    }
  }
  return sum;
}

}  // namespace

TEST_CASE("a box of the output's own size is copied") {
  const Image image = noise(20, 20);
  const std::vector<std::uint8_t> out = resampled(image, {3, 4, 11, 12}, 8, 0);
  for (int y = 0; y < 8; ++y) {
    for (int k = 0; k < 24; ++k) {
      REQUIRE(out[static_cast<std::size_t>(y * 24 + k)] ==
              image.rgb[static_cast<std::size_t>((y + 4) * 60 + 9 + k)]);
    }
  }
}

TEST_CASE("integer resampling is within one grey level of the filter's definition") {
  const Image image = noise(70, 50);
  for (const Box box :
       {Box{0, 0, 70, 50}, Box{5, 7, 25, 20}, Box{60, 40, 70, 50}, Box{1, 1, 2, 2}}) {
    const std::vector<std::uint8_t> out = resampled(image, box, 24, 0);
    for (int j = 0; j < 24; ++j) {
      for (int i = 0; i < 24; ++i) {
        for (int c = 0; c < 3; ++c) {
          const double expected = reference(image, box, 24, i, j, c);
          REQUIRE(std::abs(out[static_cast<std::size_t>((j * 24 + i) * 3 + c)] - expected) <=
                  0.51 + 0.25);
        }
      }
    }
  }
}

TEST_CASE("the inner part of a padded result equals the unpadded one") {
  const Image image = noise(61, 47);
  const Box box{10, 8, 50, 41};
  const std::vector<std::uint8_t> plain = resampled(image, box, 48, 0),
                                  padded = resampled(image, box, 48, 12);
  for (int y = 0; y < 48; ++y) {
    for (int k = 0; k < 48 * 3; ++k) {
      REQUIRE(plain[static_cast<std::size_t>(y * 144 + k)] ==
              padded[static_cast<std::size_t>((y + 12) * 216 + 36 + k)]);
    }
  }
}

TEST_CASE("a flat image stays flat, at any scale and beyond its border") {
  Image image(31, 17);
  std::fill(image.rgb.begin(), image.rgb.end(), std::uint8_t{255});
  for (const int size : {1, 5, 48, 97}) {
    for (const std::uint8_t value : resampled(image, {2, 3, 31, 17}, size, 4))
      REQUIRE(value == 255);
  }
}

TEST_CASE("the contract gives these bytes on every machine") {
  const Image image = noise(57, 64);
  std::vector<std::uint8_t> out(48 * 48 * 3);
  preprocess(image, {6, 7, 51, 58}, {48, 100}, out);
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const std::uint8_t value : out) hash = (hash ^ value) * 0x100000001b3u;
  CHECK(hash == 0x1ebd14375e7f1c93u);
}

TEST_CASE("a margin widens the box by its share and is clipped to the image") {
  const Box box = crop_box({10, 10, 30, 20}, 250, 100, 22);
  CHECK(box.x1 == 5);
  CHECK(box.y1 == 7);
  CHECK(box.x2 == 35);
  CHECK(box.y2 == 22);
}

}  // namespace signpost
