#include "curate/disturbance.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

#include "image/turn.h"

namespace signpost {
namespace {

constexpr int kSize = 32;
constexpr std::size_t kBytes = std::size_t{kSize} * kSize * 3;

/// Grey that rises by 2 from column to column and by 1 from row to row.
Image ramp(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto at = (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                       static_cast<std::size_t>(x)) *
                      3;
      std::fill_n(image.rgb.begin() + static_cast<std::ptrdiff_t>(at), 3,
                  static_cast<std::uint8_t>(2 * x + y));
    }
  }
  return image;
}

struct Shown {
  Image photograph = ramp(64, 64);
  Box box{16, 16, 48, 48};
  std::vector<std::uint8_t> plain = std::vector<std::uint8_t>(kBytes);
  Shown() { resample(photograph, box, kSize, 0, plain); }
  CropSource source(Transform transform = Transform::identity) const {
    return {photograph, box, transform, kSize, plain};
  }
};

Disturbance named(const std::string& key) {
  for (const Disturbance& each : disturbances(48)) {
    if (each.key == key) return each;
  }
  FAIL("no disturbance " << key);
  return {};
}

double mean(std::span<const std::uint8_t> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<int> sides(const Box& box) { return {box.x1, box.y1, box.x2, box.y2}; }

}  // namespace

TEST_CASE("a box that is shrunk by 15 % has sides of 0.85 about the same centre") {
  CHECK(sides(disturbed_box(named("shrunk_15"), {100, 200, 200, 240}, 0)) ==
        std::vector{108, 203, 193, 237});
  CHECK(sides(disturbed_box(named("grown_30"), {100, 200, 200, 240}, 0)) ==
        std::vector{85, 194, 215, 246});
  CHECK(sides(disturbed_box(named("grown_50"), {0, 0, 10, 10}, 0)) == std::vector{-2, -2, 13, 13});
}

TEST_CASE("a box is shifted in four directions, by a share of the side along which it moves") {
  const Disturbance shift = named("shifted_10");
  REQUIRE(shift.images() == 4);
  const Box box{100, 200, 200, 240};
  CHECK(sides(disturbed_box(shift, box, 0)) == std::vector{90, 200, 190, 240});
  CHECK(sides(disturbed_box(shift, box, 1)) == std::vector{110, 200, 210, 240});
  CHECK(sides(disturbed_box(shift, box, 2)) == std::vector{100, 196, 200, 236});
  CHECK(sides(disturbed_box(shift, box, 3)) == std::vector{100, 204, 200, 244});
}

TEST_CASE("a disturbed box is never empty and never larger than can be resampled") {
  CHECK(disturbed_box(named("shrunk_20"), {5, 5, 6, 6}, 0).width() == 1);
  const Box large = disturbed_box(named("grown_50"), {0, 0, 8000, 100}, 0);
  CHECK(large.width() == 8192);
  CHECK(large.x1 + large.x2 == 8000);
  CHECK(large.height() == 150);
}

TEST_CASE("a wrong frame shows what lies in it: a shift to the right is brighter on this ramp") {
  const Shown shown;
  std::vector<std::uint8_t> out;
  CHECK(disturb(named("shifted_15"), shown.source(), out) == 0);
  REQUIRE(out.size() == 4 * kBytes);
  const auto crop = [&](std::size_t i) { return std::span(out).subspan(i * kBytes, kBytes); };
  CHECK(mean(crop(1)) == Approx(mean(shown.plain) + 10).margin(0.1));
  CHECK(mean(crop(0)) == Approx(mean(shown.plain) - 10).margin(0.1));
  CHECK(mean(crop(3)) == Approx(mean(shown.plain) + 5).margin(0.1));
}

TEST_CASE("a box that leaves the image is counted, keeps its scale, and repeats the border") {
  Shown shown;
  shown.box = {0, 0, 64, 64};
  std::vector<std::uint8_t> out;
  CHECK(disturb(named("grown_50"), shown.source(), out) == 1);
  // A sixth of the crop lies beyond each border.
  CHECK(out[0] == 0);
  CHECK(out[3 * 4] == 0);
  CHECK(out.back() == 189);
  CHECK(out[kBytes - 3 * 5] == 189);
}

TEST_CASE("a turned sample is disturbed first and turned then") {
  const Shown shown;
  std::vector<std::uint8_t> upright, turned, expected(kBytes);
  disturb(named("grown_30"), shown.source(), upright);
  disturb(named("grown_30"), shown.source(Transform::rotate_90), turned);
  turn_square(Transform::rotate_90, upright.data(), kSize, expected.data());
  CHECK(turned == expected);
}

TEST_CASE("pictures are dimmed, blurred, coarse and compressed as their names say") {
  const Shown shown;
  std::vector<std::uint8_t> dimmed;
  disturb(named("dimmed_25"), shown.source(), dimmed);
  CHECK(mean(dimmed) == Approx(mean(shown.plain) / 4).margin(0.2));
  for (const char* key : {"blurred_2", "coarse_12", "jpeg_20"}) {
    INFO(key);
    // One bright dot: what takes detail away spreads it.
    Shown dot;
    std::fill(dot.plain.begin(), dot.plain.end(), std::uint8_t{40});
    std::fill_n(dot.plain.begin() + 3 * (16 * kSize + 16), 3, std::uint8_t{240});
    std::vector<std::uint8_t> out;
    disturb(named(key), dot.source(), out);
    REQUIRE(out.size() == kBytes);
    CHECK(out[3 * (16 * kSize + 16)] < 200);
    CHECK(mean(out) == Approx(mean(dot.plain)).margin(4));
  }
}

TEST_CASE("shrinking to more pixels than a network has is left out") {
  const auto keys = [](int size) {
    std::vector<std::string> all;
    for (const Disturbance& each : disturbances(size)) all.push_back(each.key);
    return all;
  };
  const std::vector<std::string> small = keys(16), usual = keys(48);
  CHECK(std::count(small.begin(), small.end(), "coarse_12") == 1);
  CHECK(std::count(small.begin(), small.end(), "coarse_16") == 0);
  CHECK(std::count(usual.begin(), usual.end(), "coarse_24") == 1);
}

}  // namespace signpost
