#include "device/frame.h"

#include <algorithm>
#include <cstring>

namespace signpost {
namespace {

constexpr int kMaxSide = 1 << 15;

std::size_t pixel_bytes(PixelOrder order) { return order == PixelOrder::rgb ? 3 : 4; }

/// The filter's reach around a box of `length` pixels that becomes `size`: under one output pixel,
/// or one source pixel where it grows (pixels/preprocess.h).
int reach(int length, int size) { return (std::max(length, size) + size - 1) / size; }

void copy_row(const std::uint8_t* from, PixelOrder order, int width, std::uint8_t* to) {
  if (order == PixelOrder::rgb) {
    std::memcpy(to, from, static_cast<std::size_t>(width) * 3);
    return;
  }
  const int red = order == PixelOrder::bgra ? 2 : 0;
  for (int x = 0; x < width; ++x, from += 4, to += 3) {
    to[0] = from[red];
    to[1] = from[1];
    to[2] = from[2 - red];
  }
}

}  // namespace

std::string refusal(const FrameView& frame) {
  if (!frame.pixels) return "has no pixels";
  if (frame.width < 1 || frame.height < 1 || frame.width > kMaxSide || frame.height > kMaxSide) {
    return "claims " + std::to_string(frame.width) + "x" + std::to_string(frame.height) +
           " pixels; sides are 1 to 32768";
  }
  const std::size_t row = static_cast<std::size_t>(frame.width) * pixel_bytes(frame.order);
  if (frame.stride < row) {
    return "has a stride of " + std::to_string(frame.stride) + " bytes for rows of " +
           std::to_string(row);
  }
  return {};
}

void preprocess_frame(const FrameView& frame, const Box& roi, const Preprocessing& contract,
                      Image& window, std::span<std::uint8_t> tensor) {
  const Box box = crop_box(roi, contract.margin_permille, frame.width, frame.height);
  const int across = reach(box.width(), contract.size), down = reach(box.height(), contract.size);
  const Box read{std::max(0, box.x1 - across), std::max(0, box.y1 - down),
                 std::min(frame.width, box.x2 + across), std::min(frame.height, box.y2 + down)};
  window.width = read.width();
  window.height = read.height();
  window.rgb.resize(window.row_bytes() * static_cast<std::size_t>(window.height));
  for (int y = 0; y < window.height; ++y) {
    const std::uint8_t* from = frame.pixels + static_cast<std::size_t>(read.y1 + y) * frame.stride +
                               static_cast<std::size_t>(read.x1) * pixel_bytes(frame.order);
    copy_row(from, frame.order, window.width,
             window.rgb.data() + static_cast<std::size_t>(y) * window.row_bytes());
  }
  resample(window, {box.x1 - read.x1, box.y1 - read.y1, box.x2 - read.x1, box.y2 - read.y1},
           contract.size, 0, tensor);
}

}  // namespace signpost
