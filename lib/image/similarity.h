#pragma once

#include "image/plane.h"

namespace signpost {

/// The grey picture of a box and of what surrounds it, up to a quarter of its size on each side, as
/// far as the image goes.
struct Surroundings {
  Plane plane;
  PlaneWindow box;  ///< where the box lies in the plane
};

/// `box` is not empty and lies inside `image`.
Surroundings surroundings(const Image& image, const Box& box);

/// How much two pictures look like one photograph, 0 to 1.
///
/// They are brought to one scale, that of the smaller box (at most 128 pixels a side), aligned by
/// an affine warp (Baker and Matthews, "Lucas-Kanade 20 Years On", IJCV 2004), and correlated
/// window by window, a window being a sixth of the box; the answer is the correlation that 95 % of
/// the windows reach. One correlation over the whole would not do: that of a 60 and an 80 km/h sign
/// against the same bright sky is 0.99, as the outline drowns the digits. Windows without texture
/// count as alike: below a tenth of the picture's contrast, and five grey levels at most,
/// differences are taken for noise. That is the structure term of SSIM (Wang, Bovik, Sheikh,
/// Simoncelli, IEEE Transactions on Image Processing 13, 2004).
///
/// Recompressing, resizing, another exposure and a box that is off by a twentieth keep it high. It
/// is 0 where a picture is flat or the two do not align.
double similarity(const Surroundings& a, const Surroundings& b);

}  // namespace signpost
