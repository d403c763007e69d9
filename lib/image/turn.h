#pragma once

#include <cstdint>

#include "sample/transform.h"

namespace signpost {

/// Flips or turns a square of RGB pixels, side x side x 3, HWC; exactly, as pixels only change
/// places. `in` and `out` do not overlap. Thread-safe.
void turn_square(Transform transform, const std::uint8_t* in, int side, std::uint8_t* out);

}  // namespace signpost
