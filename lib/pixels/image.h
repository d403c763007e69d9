#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace signpost {

/// An RGB image, 8 bits a channel, rows from the top, HxWx3 without padding. Owns its pixels.
struct Image {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;

  Image() = default;
  Image(int w, int h)
      : width(w), height(h), rgb(static_cast<std::size_t>(w) * static_cast<std::size_t>(h) * 3) {}
  bool operator==(const Image&) const = default;
  std::size_t row_bytes() const { return static_cast<std::size_t>(width) * 3; }
};

/// No image of this suite is larger: 2^27 pixels take 384 MiB decoded.
inline constexpr std::int64_t kMaxPixels = std::int64_t{1} << 27;

}  // namespace signpost
