#include "image/turn.h"

#include <catch2/catch.hpp>
#include <vector>

namespace signpost {
namespace {

/// The red channel of a square of numbered pixels after a transform.
std::vector<int> turned(Transform transform, int side) {
  std::vector<std::uint8_t> in, out(static_cast<std::size_t>(side * side * 3));
  for (int i = 0; i < side * side; ++i) {
    for (int c = 0; c < 3; ++c) in.push_back(static_cast<std::uint8_t>(i + 100 * c));
  }
  turn_square(transform, in.data(), side, out.data());
  std::vector<int> red;
  for (std::size_t i = 0; i < out.size(); i += 3) {
    red.push_back(out[i]);
    REQUIRE(out[i + 1] == out[i] + 100);
    REQUIRE(out[i + 2] == static_cast<std::uint8_t>(out[i] + 200));
  }
  return red;
}

}  // namespace

TEST_CASE("flips and turns move pixels to where a viewer expects them") {
  // 0 1
  // 2 3
  CHECK(turned(Transform::identity, 2) == std::vector{0, 1, 2, 3});
  CHECK(turned(Transform::flip_horizontal, 2) == std::vector{1, 0, 3, 2});
  CHECK(turned(Transform::flip_vertical, 2) == std::vector{2, 3, 0, 1});
  CHECK(turned(Transform::rotate_90, 2) == std::vector{2, 0, 3, 1});
  CHECK(turned(Transform::rotate_180, 2) == std::vector{3, 2, 1, 0});
  CHECK(turned(Transform::rotate_270, 2) == std::vector{1, 3, 0, 2});
  CHECK(turned(Transform::transpose, 2) == std::vector{0, 2, 1, 3});
  CHECK(turned(Transform::transverse, 2) == std::vector{3, 1, 2, 0});
  CHECK(turned(Transform::rotate_90, 3) == std::vector{6, 3, 0, 7, 4, 1, 8, 5, 2});
}

TEST_CASE("one transform after another is their combination") {
  constexpr int kSide = 5;
  std::vector<std::uint8_t> in(kSide * kSide * 3), once(in.size()), twice(in.size()),
      whole(in.size());
  for (std::size_t i = 0; i < in.size(); ++i) in[i] = static_cast<std::uint8_t>(7 * i);
  for (std::size_t a = 0; a < kTransformCount; ++a) {
    for (std::size_t b = 0; b < kTransformCount; ++b) {
      const auto first = static_cast<Transform>(a), second = static_cast<Transform>(b);
      turn_square(first, in.data(), kSide, once.data());
      turn_square(second, once.data(), kSide, twice.data());
      turn_square(combined(first, second), in.data(), kSide, whole.data());
      CAPTURE(transform_name(first), transform_name(second));
      REQUIRE(twice == whole);
    }
  }
}

}  // namespace signpost
