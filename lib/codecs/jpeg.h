#pragma once

#include <cstdint>
#include <vector>

#include "pixels/image.h"

namespace signpost {

/// Encodes as a baseline JPEG (ITU-T T.81, JFIF, 4:2:0) of a quality from 1 to 100, for pages and
/// previews. The bytes are those of the libjpeg that is linked. Sides are at most 65,500 pixels.
/// Throws Error{environment} if libjpeg fails. Thread-safe.
std::vector<std::uint8_t> encode_jpeg(const Image& image, int quality);

}  // namespace signpost
