#include "codecs/jpeg_loss.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <vector>

namespace signpost {
namespace {

std::vector<std::uint8_t> picture(int width, int height) {
  std::vector<std::uint8_t> rgb;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      rgb.push_back(static_cast<std::uint8_t>(x / 7 % 2 ? 220 : 40));
      rgb.push_back(static_cast<std::uint8_t>(4 * y));
      rgb.push_back(static_cast<std::uint8_t>(x * y / 16));
    }
  }
  return rgb;
}

double mean_difference(const std::vector<std::uint8_t>& a, const std::vector<std::uint8_t>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
  return sum / static_cast<double>(a.size());
}

}  // namespace

TEST_CASE("a lower quality loses more, and the same quality the same") {
  const std::vector<std::uint8_t> original = picture(48, 48);
  double last = 0;
  for (const int quality : {95, 60, 20}) {
    std::vector<std::uint8_t> once = original, again = original;
    lose_by_jpeg(once, 48, 48, quality);
    lose_by_jpeg(again, 48, 48, quality);
    CHECK(once == again);
    const double lost = mean_difference(once, original);
    CHECK(lost > last);
    CHECK(lost < 40);
    last = lost;
  }
}

TEST_CASE("any size goes through, from one pixel to many at the highest quality") {
  for (const int side : {1, 7, 17, 300}) {
    std::vector<std::uint8_t> rgb = picture(side, side);
    std::uint32_t state = 1;
    for (std::uint8_t& value : rgb) value = static_cast<std::uint8_t>((state *= 747796405u) >> 24);
    const std::size_t bytes = rgb.size();
    lose_by_jpeg(rgb, side, side, 100);
    CHECK(rgb.size() == bytes);
  }
}

}  // namespace signpost
