#pragma once

#include <opencv2/core.hpp>

#include "base/random.h"

namespace signpost {

/// What stands behind a sign: sky, foliage, bare branches, a house front or a street, out of focus.
/// `size` x `size` pixels, 8UC3, RGB; the sizes of things follow from `size`.
cv::Mat draw_scene(Random& random, int size);

/// Smooth noise in [0, 1], `size` x `size`, 32FC1: `octaves` layers, the first with `cells` cells a
/// side, each next one twice as fine and half as strong.
cv::Mat smooth_noise(Random& random, int size, int cells, int octaves);

}  // namespace signpost
