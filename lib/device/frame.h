#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "pixels/image.h"
#include "pixels/preprocess.h"

namespace signpost {

/// The order of a pixel's bytes in memory.
enum class PixelOrder { rgb, rgba, bgra };

/// Somebody else's pixels: rows from the top, `stride` bytes apart.
struct FrameView {
  const std::uint8_t* pixels = nullptr;
  int width = 0, height = 0;
  std::size_t stride = 0;
  PixelOrder order{};
};

/// Why the frame cannot be read, or empty: no pixels, a side under 1 or over 2^15, rows that
/// overlap.
std::string refusal(const FrameView& frame);

/// pixels/preprocess.h's `preprocess` of the frame, byte for byte, but only what the resampling
/// reads around `roi` is looked at. `window` is memory to work with; `tensor` holds size * size * 3
/// bytes. `roi` lies in the frame.
void preprocess_frame(const FrameView& frame, const Box& roi, const Preprocessing& contract,
                      Image& window, std::span<std::uint8_t> tensor);

}  // namespace signpost
