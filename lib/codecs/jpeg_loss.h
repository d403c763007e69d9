#pragma once

#include <cstdint>
#include <span>

namespace signpost {

/// What JPEG of this quality (1 to 100, libjpeg's scale) leaves of width x height RGB pixels, HWC,
/// in place: compressed and decompressed in memory by libjpeg-turbo with 4:2:0 colour, as cameras
/// write it, and the accurate integer transform, which gives the same bytes with and without SIMD.
/// Throws Error{environment} if the library fails. Thread-safe.
void lose_by_jpeg(std::span<std::uint8_t> rgb, int width, int height, int quality);

}  // namespace signpost
