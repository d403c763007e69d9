#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pixels/image.h"

namespace signpost {

/// The header of a binary PNM image: PPM "P6" (RGB) or PGM "P5" (grey), as the Netpbm formats
/// ppm(5) and pgm(5) define.
struct PnmHeader {
  int width = 0, height = 0;
  int channels = 0;        ///< 3 or 1
  std::size_t raster = 0;  ///< where the raster begins
  std::size_t raster_size() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height) *
           static_cast<std::size_t>(channels);
  }
};

/// Reads and checks a header, and that the raster is whole. On failure returns nothing and says why
/// in `wrong`. A maxval other than 255 is refused: GTSRB has none, and 16-bit rasters would need
/// another byte order.
std::optional<PnmHeader> read_pnm_header(std::span<const std::uint8_t> bytes, std::string& wrong);

/// Decodes a PNM image; grey becomes RGB. On failure returns false and says why in `wrong`.
/// `image` is resized to fit and may be reused from call to call.
bool decode_pnm(std::span<const std::uint8_t> bytes, Image& image, std::string& wrong);

/// Appends `image` as binary PPM.
void encode_ppm(const Image& image, std::vector<std::uint8_t>& out);

}  // namespace signpost
