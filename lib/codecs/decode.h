#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pixels/image.h"

namespace signpost {

/// Width and height as an image's header tells them, without decoding; of the upright image.
struct ImageSize {
  int width = 0, height = 0;
};

/// "ppm", "pgm", "png", "jpg" or "webp" by an image's first bytes, as files are named; empty for
/// anything else.
std::string_view image_type(std::span<const std::uint8_t> bytes);

/// Decodes PPM, PGM (binary), PNG, JPEG and WebP, told by their first bytes, to RGB. Alpha is
/// dropped, grey is spread, 16 bits become 8. A JPEG or WebP whose Exif data asks to be turned (a
/// photograph of a phone held upright) is turned, as viewers and annotation tools show it: sizes
/// and boxes are those of the upright image. This is the one decoder of the suite: trainer and
/// device see the same bytes of a photograph. Returns false and says in `wrong` what is the matter;
/// never throws on bad input, never takes memory for more than kMaxPixels. `image` may be reused
/// from call to call. Thread-safe.
bool decode_image(std::span<const std::uint8_t> bytes, Image& image, std::string& wrong);

/// The same checks on the header alone. A PNM raster is checked to be whole too.
bool decode_size(std::span<const std::uint8_t> bytes, ImageSize& size, std::string& wrong);

/// Encodes as PNG (8-bit RGB). Throws Error{environment} if libpng fails.
std::vector<std::uint8_t> encode_png(const Image& image);

}  // namespace signpost
