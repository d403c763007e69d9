#include "image/heat_map.h"

#include <array>
#include <catch2/catch.hpp>

namespace signpost {

TEST_CASE("a map is hot where it is one, and the picture shows through in grey") {
  Image picture(40, 20);
  for (std::size_t i = 0; i < picture.rgb.size(); i += 3) picture.rgb[i + 1] = 200;  // green
  // Hot in the upper right of 2 x 2.
  const Image hot = heat_over(picture, std::array{0.0f, 1.0f, 0.0f, 0.0f}, 2);
  REQUIRE(hot.width == 40);
  REQUIRE(hot.height == 20);
  const auto red = [&](int x, int y) { return hot.rgb[static_cast<std::size_t>(y * 40 + x) * 3]; };
  CHECK(red(39, 0) > red(0, 0) + 100);
  CHECK(red(39, 0) > red(39, 19) + 100);
  CHECK(red(0, 0) == red(0, 19));
  const std::size_t cold = 0;
  CHECK(std::abs(hot.rgb[cold] - hot.rgb[cold + 1]) <= 1);
  CHECK(hot.rgb[cold] > 50);
}

}  // namespace signpost
