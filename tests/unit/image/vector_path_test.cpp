#include "image/vector_path.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/error.h"

namespace signpost {

TEST_CASE("path data becomes contours, and Z comes back to the start") {
  const std::vector<Contour> contours = parse_path("M 0 0 L 1 0 L 1 -2.5 Z M 3 4 L 5 6");
  REQUIRE(contours.size() == 2);
  CHECK(contours[0] == Contour{{0, 0}, {1, 0}, {1, -2.5}, {0, 0}});
  CHECK(contours[1] == Contour{{3, 4}, {5, 6}});
}

TEST_CASE("a cubic curve passes through its own points") {
  const std::vector<Contour> contours = parse_path("M 0 0 C 0 1 1 1 1 0");
  REQUIRE(contours[0].size() == 9);
  CHECK(contours[0][4].x == Approx(0.5));
  CHECK(contours[0][4].y == Approx(0.75));
  CHECK(contours[0].back() == Point{1, 0});
}

TEST_CASE("path data that is wrong is refused with its place") {
  CHECK_THROWS_WITH(
      parse_path("L 1 1"),
      "path data \"L 1 1\": wrong at character 2; it holds M, L, C and Z with numbers");
  CHECK_THROWS_WITH(
      parse_path("M 1 x"),
      "path data \"M 1 x\": wrong at character 5; it holds M, L, C and Z with numbers");
  CHECK_THROWS_WITH(
      parse_path("M 1 1 Q"),
      "path data \"M 1 1 Q\": wrong at character 8; it holds M, L, C and Z with numbers");
  CHECK_THROWS_AS(parse_path("M 1"), Error);
}

TEST_CASE("maps are applied from the inside out") {
  const AffineMap map = translation(1, 0).after(scaling(2, 3));
  CHECK(map({1, 1}) == Point{3, 3});
  const Point turned = rotation(90, {0.5, 0.5})({0.5, 0});
  CHECK(turned.x == Approx(1));
  CHECK(turned.y == Approx(0.5));
}

TEST_CASE("rounding a corner keeps the straight parts and cuts the tip") {
  const Contour contour = rounded({{0, 0}, {1, 0}, {1, 1}, {0, 1}}, 0.25);
  double left = 1, corner = 2;
  for (const Point& point : contour) {
    left = std::min(left, point.x);
    corner = std::min(corner, point.x + point.y);
  }
  CHECK(left == Approx(0).margin(1e-12));
  CHECK(corner == Approx(0.5 - 0.25 * std::sqrt(2.0)));
}

TEST_CASE("a pen covers its width, with round ends where asked") {
  CHECK(stroke_outline({{0, 0}, {1, 0}}, 0.5, false).size() == 1);
  CHECK(stroke_outline({{0, 0}, {1, 0}}, 0.5, true).size() == 3);
  CHECK(stroke_outline({{0, 0}, {1, 0}, {1, 1}, {0, 0}}, 0.5, false).size() == 7);
  const Contour bar = stroke_outline({{0, 0}, {1, 0}}, 0.5, false)[0];
  CHECK(std::abs(bar[0].y) == Approx(0.25));
}

}  // namespace signpost
