#include "image/turn.h"

#include <cstddef>

namespace signpost {

void turn_square(Transform transform, const std::uint8_t* in, int side, std::uint8_t* out) {
  const PixelMove move = pixel_move(transform);
  // Twice the distance from the middle is a whole number for odd and for even sides.
  const int last = side - 1;
  const auto source = [&](int x, int y) {
    const int u = 2 * x - last, v = 2 * y - last;
    const int from_x = (move.xx * u + move.xy * v + last) / 2;
    const int from_y = (move.yx * u + move.yy * v + last) / 2;
    return (static_cast<std::ptrdiff_t>(from_y) * side + from_x) * 3;
  };
  const std::ptrdiff_t step = (static_cast<std::ptrdiff_t>(move.yx) * side + move.xx) * 3;
  for (int y = 0; y < side; ++y) {
    const std::uint8_t* from = in + source(0, y);
    for (int x = 0; x < side; ++x, from += step, out += 3) {
      out[0] = from[0];
      out[1] = from[1];
      out[2] = from[2];
    }
  }
}

}  // namespace signpost
