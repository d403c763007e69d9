#include "sample/transform.h"

#include <catch2/catch.hpp>
#include <set>

namespace signpost {
namespace {

std::vector<Transform> all() {
  std::vector<Transform> transforms;
  for (std::size_t i = 0; i < kTransformCount; ++i) transforms.push_back(static_cast<Transform>(i));
  return transforms;
}

}  // namespace

TEST_CASE("the eight transforms are a group") {
  for (const Transform a : all()) {
    CHECK(combined(a, Transform::identity) == a);
    CHECK(combined(Transform::identity, a) == a);
    std::set<Transform> reached;
    for (const Transform b : all()) {
      reached.insert(combined(a, b));
      for (const Transform c : all())
        REQUIRE(combined(combined(a, b), c) == combined(a, combined(b, c)));
    }
    CHECK(reached.size() == kTransformCount);
  }
}

TEST_CASE("flips and turns amount to what a viewer sees") {
  CHECK(combined(Transform::rotate_90, Transform::rotate_90) == Transform::rotate_180);
  CHECK(combined(Transform::rotate_90, Transform::rotate_180) == Transform::rotate_270);
  CHECK(combined(Transform::flip_horizontal, Transform::flip_vertical) == Transform::rotate_180);
  CHECK(combined(Transform::rotate_90, Transform::flip_horizontal) == Transform::transpose);
  CHECK(combined(Transform::flip_horizontal, Transform::rotate_90) == Transform::transverse);
}

TEST_CASE("a transform is found by its name") {
  for (const Transform transform : all())
    CHECK(transform_named(transform_name(transform)) == transform);
  CHECK(transform_named("rotate_45") == std::nullopt);
}

}  // namespace signpost
