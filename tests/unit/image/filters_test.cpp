#include "image/filters.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <numeric>

#include "image/portable_math.h"

namespace signpost {
namespace {

constexpr int kSize = 48;
using Pixels = std::vector<std::uint8_t>;

Pixels flat(int value) { return Pixels(kSize * kSize * 3, static_cast<std::uint8_t>(value)); }

/// Black with one white pixel in the middle.
Pixels dot() {
  Pixels pixels = flat(0);
  for (std::size_t c = 0; c < 3; ++c) pixels[(24 * kSize + 24) * 3 + c] = 255;
  return pixels;
}

double green(const Pixels& pixels, int x, int y) {
  return pixels[static_cast<std::size_t>((y * kSize + x) * 3 + 1)];
}

double total(const Pixels& pixels) { return std::accumulate(pixels.begin(), pixels.end(), 0.0); }

}  // namespace

TEST_CASE("portable functions agree with the mathematical library") {
  for (float x = 1e-6f; x < 100; x *= 1.37f)
    REQUIRE(portable_log2(x) == Approx(std::log2(x)).margin(4e-7).epsilon(4e-7));
  for (float x = -60; x < 60; x += 0.37f)
    REQUIRE(portable_exp2(x) == Approx(std::exp2(x)).epsilon(4e-6));
  for (double angle = -3.14; angle < 3.15; angle += 0.01) {
    REQUIRE(portable_direction(angle).x == Approx(std::cos(angle)).margin(1e-14));
    REQUIRE(portable_direction(angle).y == Approx(std::sin(angle)).margin(1e-14));
  }
}

TEST_CASE("blurs and low resolution leave an even surface as it is") {
  PatchFilters filters;
  for (const int value : {0, 77, 255}) {
    Pixels pixels = flat(value);
    filters.blur(pixels, kSize, 1.3);
    filters.blur(pixels, kSize, 9);
    filters.smear(pixels, kSize, 5.5, 0.6, 0.8);
    filters.coarsen(pixels, kSize, 19);
    CHECK(pixels == flat(value));
  }
}

TEST_CASE("a Gaussian blur has its width, in both directions and for narrow and wide kernels") {
  PatchFilters filters;
  for (const bool across : {true, false}) {
    for (const double sigma : {0.8, 1.4, 3.9, 5.0}) {
      Pixels edge = flat(0);
      for (int i = 0; i < kSize * kSize; ++i) {
        if ((across ? i % kSize : i / kSize) >= 24)
          std::fill_n(edge.begin() + 3 * i, 3, std::uint8_t{250});
      }
      filters.blur(edge, kSize, sigma);
      double mean = 0, square = 0;
      for (int i = 1; i < kSize; ++i) {
        const double step = (across ? green(edge, i, 20) - green(edge, i - 1, 20)
                                    : green(edge, 20, i) - green(edge, 20, i - 1)) /
                            250;
        mean += step * (i - 24);
        square += step * (i - 24) * (i - 24);
      }
      CAPTURE(across, sigma);
      CHECK(mean == Approx(0).margin(0.03));
      CHECK(std::sqrt(square) == Approx(sigma).epsilon(0.04));
    }
  }
}

TEST_CASE("a smear lies along its direction and has its length") {
  PatchFilters filters;
  Pixels pixels = dot();
  filters.smear(pixels, kSize, 7, 1, 0);
  for (int x = 21; x <= 27; ++x) CHECK(green(pixels, x, 24) == Approx(255.0 / 7).margin(9));
  CHECK(green(pixels, 20, 24) == 0);
  CHECK(green(pixels, 28, 24) == 0);
  CHECK(green(pixels, 24, 23) == 0);
  CHECK(total(pixels) == Approx(255 * 3).margin(20));
}

TEST_CASE("low resolution loses fine detail and keeps the mean") {
  Pixels pixels;
  for (int y = 0; y < kSize; ++y) {
    for (int x = 0; x < kSize; ++x) pixels.insert(pixels.end(), 3, (x + y) % 2 ? 200 : 100);
  }
  PatchFilters filters;
  filters.coarsen(pixels, kSize, 16);
  for (const std::uint8_t value : pixels) REQUIRE(std::abs(value - 150) <= 12);
}

TEST_CASE("a shadow darkens one side of its line, softly over the width of its edge") {
  PatchFilters filters;
  Pixels pixels = flat(200);
  filters.shade(pixels, kSize, 1, 0, 0, 0.25, 0.5);
  for (int y = 0; y < kSize; ++y) {
    CHECK(green(pixels, 0, y) == 200);
    CHECK(green(pixels, 47, y) == 100);
    for (int x = 1; x < kSize; ++x) REQUIRE(green(pixels, x, y) <= green(pixels, x - 1, y));
  }
  CHECK(green(pixels, 17, 5) == 200);
  CHECK(green(pixels, 23, 5) == Approx(150).margin(8));
  CHECK(green(pixels, 30, 5) == 100);
}

TEST_CASE("light that changes nothing changes nothing") {
  Pixels pixels(kSize * kSize * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i / 3);
  const Pixels before = pixels;
  PatchFilters().relight(pixels, {});
  CHECK(pixels == before);
}

TEST_CASE("gain, contrast, brightness, gamma and cast follow their formula") {
  Pixels pixels(768);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i / 3);
  const PatchFilters::Light light = {1.3, 0.8, -12, 1.25, {1, 0.9, 1.1}};
  PatchFilters().relight(pixels, light);
  const double mean = light.gain * 127.5;
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    const double value = static_cast<double>(i / 3);
    const double lit = std::clamp(
        mean + light.contrast * (light.gain * value - mean) + light.brightness, 0.0, 255.0);
    const double expected =
        std::min(255.0, 255 * std::pow(lit / 255, light.gamma) * light.cast[i % 3]);
    REQUIRE(std::abs(pixels[i] - expected) <= 0.51);
  }
}

TEST_CASE("noise differs from call to call and from pixel to pixel") {
  PatchFilters filters;
  Random random(1, "x", 0, "noise");
  Pixels one = flat(128), other = flat(128);
  filters.add_noise(one, 6, random);
  filters.add_noise(other, 6, random);
  CHECK(one != other);
  double covariance = 0;
  for (std::size_t i = 0; i + 3 < one.size(); ++i)
    covariance += (one[i] - 128.0) * (one[i + 3] - 128.0) / static_cast<double>(one.size());
  CHECK(std::abs(covariance) < 36 * 0.05);
}

}  // namespace signpost
