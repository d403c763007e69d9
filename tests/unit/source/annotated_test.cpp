#include "source/annotated.h"

#include <catch2/catch.hpp>
#include <limits>

namespace signpost {
namespace {

std::optional<Roi> box(Annotation::Box b, bool clip = false) {
  std::string wrong;
  const auto roi = pixel_box(b, 40, 30, clip, wrong);
  CHECK(wrong.empty() == roi.has_value());
  return roi;
}

}  // namespace

TEST_CASE("edges are rounded to the nearest pixel, halves upwards") {
  CHECK(box({0.49, 0.5, 39.5, 29.49}) == Roi{0, 1, 40, 29});
  CHECK(box({1, 2, 3, 4}) == Roi{1, 2, 3, 4});
}

TEST_CASE("a box may leave the image by less than a pixel, and by more only on request") {
  CHECK(box({-0.99, -0.5, 40.99, 30.7}) == Roi{0, 0, 40, 30});
  CHECK_FALSE(box({-1, 0, 40, 30}));
  CHECK_FALSE(box({0, 0, 41, 30}));
  CHECK(box({-1, 0, 41, 300}, true) == Roi{0, 0, 40, 30});
  CHECK_FALSE(box({-9, 0, -2, 30}, true));
  CHECK_FALSE(box({41, 0, 45, 30}, true));
}

TEST_CASE("a box without size, or with edges that are no numbers, is none") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const bool clip : {false, true}) {
    CHECK_FALSE(box({5, 5, 5, 9}, clip));
    CHECK_FALSE(box({5, 9, 9, 5}, clip));
    CHECK_FALSE(box({5.1, 5, 5.2, 9}, clip));
    CHECK_FALSE(box({nan, 5, 6, 9}, clip));
    CHECK_FALSE(box({0, 0, infinity, 9}, clip));
    CHECK_FALSE(box({-1e300, 0, -1e299, 9}, clip));
  }
  CHECK(box({-1e300, -1e300, 1e300, 1e300}, true) == Roi{0, 0, 40, 30});
}

}  // namespace signpost
