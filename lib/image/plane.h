#pragma once

#include <cstddef>
#include <vector>

#include "pixels/image.h"
#include "pixels/preprocess.h"

namespace signpost {

/// A single-channel picture, rows from the top, without padding. Owns its values.
struct Plane {
  int width = 0, height = 0;
  std::vector<float> values;

  Plane() = default;
  Plane(int w, int h)
      : width(w), height(h), values(static_cast<std::size_t>(w) * static_cast<std::size_t>(h)) {}
  float* row(int y) {
    return values.data() + static_cast<std::ptrdiff_t>(y) * static_cast<std::ptrdiff_t>(width);
  }
  const float* row(int y) const {
    return values.data() + static_cast<std::ptrdiff_t>(y) * static_cast<std::ptrdiff_t>(width);
  }
};

/// Mean and standard deviation of all values; zeros for an empty plane.
struct Moments {
  double mean = 0, deviation = 0;
};
Moments moments(const Plane& plane);

/// The luminance (ITU-R BT.601, 0 to 255) of `box`, which is not empty and lies inside `image`.
Plane grey(const Image& image, const Box& box);

/// A rectangle between pixels: (0, 0) is the outer corner of the first pixel.
struct PlaneWindow {
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
};

/// `window` of `plane` as width x height values. Where it is shrunk, each value is the mean over
/// its area; where it is enlarged, values are interpolated bilinearly. The window lies inside the
/// plane and is not empty.
Plane resize(const Plane& plane, const PlaneWindow& window, int width, int height);

}  // namespace signpost
