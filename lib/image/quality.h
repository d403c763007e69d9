#pragma once

#include "image/plane.h"

namespace signpost {

/// What can be said of the picture of a sign without knowing what it shows.
struct Quality {
  double mean_grey = 0;       ///< luminance, 0 to 255
  double grey_deviation = 0;  ///< its standard deviation: the contrast
  /// 0 to 1: how much of the steps between neighbouring pixels a blur would take away, in the
  /// direction that loses less. It is one minus the blur measure of Crete, Dolmiere, Ladret and
  /// Nicolas, "The blur effect" (Human Vision and Electronic Imaging XII, 2007), taken at 32 pixels
  /// a side at most, so that it compares signs of any size. Half of GTSRB has over 0.73, motion
  /// blur brings it under 0.5. It says little of boxes under 12 pixels.
  double sharpness = 0;
};

/// Of the grey picture of a box, at least one pixel.
Quality measure_quality(const Plane& box);

}  // namespace signpost
