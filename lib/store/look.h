#pragma once

#include <cstdint>

#include "pixels/image.h"
#include "store/capture.h"

namespace signpost {

/// 63 bits of the SHA-256 of the size and the pixels: equal for images that show the same in
/// whatever format.
std::uint64_t pixel_digest(const Image& image);

/// Fills in the size, the pixel digest and the fingerprint.
void look(const Image& image, StagedCapture& staged);

}  // namespace signpost
