#pragma once

#include <span>

#include "pixels/image.h"

namespace signpost {

/// `picture` in grey with a map laid over it, cold where the map is 0 and hot where it is 1. `map`
/// has side x side values in [0, 1], rows from the top, and is stretched over the whole picture,
/// bilinearly. Thread-safe.
Image heat_over(const Image& picture, std::span<const float> map, int side);

}  // namespace signpost
