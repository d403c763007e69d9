#include "image/quality.h"

#include <algorithm>
#include <cmath>

namespace signpost {
namespace {

constexpr int kSide = 32;  ///< at which sharpness is measured, at most
constexpr int kReach = 4;  ///< of the blur: nine pixels wide

/// How much of the steps along the rows is lost when the rows are blurred.
double loss_along_rows(const Plane& plane) {
  double steps = 0, lost = 0;
  std::vector<float> blurred(static_cast<std::size_t>(plane.width));
  for (int y = 0; y < plane.height; ++y) {
    const float* row = plane.row(y);
    for (int x = 0; x < plane.width; ++x) {
      float sum = 0;
      for (int k = -kReach; k <= kReach; ++k) sum += row[std::clamp(x + k, 0, plane.width - 1)];
      blurred[static_cast<std::size_t>(x)] = sum / (2 * kReach + 1);
    }
    for (int x = 1; x < plane.width; ++x) {
      const auto i = static_cast<std::size_t>(x);
      const double before = std::abs(row[x] - row[x - 1]);
      const double after = std::abs(blurred[i] - blurred[i - 1]);
      steps += before;
      lost += std::max(0.0, before - after);
    }
  }
  return steps > 0 ? lost / steps : 0;
}

Plane transposed(const Plane& plane) {
  Plane out(plane.height, plane.width);
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) out.row(x)[y] = plane.row(y)[x];
  }
  return out;
}

}  // namespace

Quality measure_quality(const Plane& box) {
  const Moments light = moments(box);
  const double scale = std::max(1.0, static_cast<double>(std::min(box.width, box.height)) / kSide);
  const auto side = [scale](int length) {
    return std::max(1, static_cast<int>(std::lround(length / scale)));
  };
  const PlaneWindow all{0, 0, static_cast<double>(box.width), static_cast<double>(box.height)};
  const Plane small = resize(box, all, side(box.width), side(box.height));
  return {light.mean, light.deviation,
          std::min(loss_along_rows(small), loss_along_rows(transposed(small)))};
}

}  // namespace signpost
