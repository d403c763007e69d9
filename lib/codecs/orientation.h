#pragma once

#include <cstdint>
#include <span>

#include "pixels/image.h"

namespace signpost {

/// The orientation that Exif data asks for, 1 to 8 (CIPA DC-008, tag 0x0112): 1 is as stored, 6 a
/// phone held upright. `exif` may start with "Exif\0\0" or with the TIFF header. 1 where nothing
/// sound says otherwise. Thread-safe.
int exif_orientation(std::span<const std::uint8_t> exif);

/// True if width and height change places.
inline bool turns_sides(int orientation) { return orientation >= 5; }

/// Turns and mirrors an image as `orientation` asks for.
void set_upright(Image& image, int orientation);

}  // namespace signpost
