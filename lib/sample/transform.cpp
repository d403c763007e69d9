#include "sample/transform.h"

#include <algorithm>

namespace signpost {
namespace {

constexpr std::array<std::string_view, kTransformCount> kNames = {
    "identity",   "flip_horizontal", "flip_vertical", "rotate_90",
    "rotate_180", "rotate_270",      "transpose",     "transverse"};

constexpr std::array<PixelMove, kTransformCount> kMoves = {
    PixelMove{1, 0, 0, 1},  PixelMove{-1, 0, 0, 1},  PixelMove{1, 0, 0, -1},
    PixelMove{0, 1, -1, 0}, PixelMove{-1, 0, 0, -1}, PixelMove{0, -1, 1, 0},
    PixelMove{0, 1, 1, 0},  PixelMove{0, -1, -1, 0}};

}  // namespace

std::string_view transform_name(Transform transform) {
  return kNames[static_cast<std::size_t>(transform)];
}

std::optional<Transform> transform_named(std::string_view name) {
  const auto at = std::ranges::find(kNames, name);
  if (at == kNames.end()) return std::nullopt;
  return static_cast<Transform>(at - kNames.begin());
}

PixelMove pixel_move(Transform transform) { return kMoves[static_cast<std::size_t>(transform)]; }

Transform combined(Transform first, Transform second) {
  const PixelMove a = pixel_move(first), b = pixel_move(second);
  const PixelMove both = {a.xx * b.xx + a.xy * b.yx, a.xx * b.xy + a.xy * b.yy,
                          a.yx * b.xx + a.yy * b.yx, a.yx * b.xy + a.yy * b.yy};
  return static_cast<Transform>(std::ranges::find(kMoves, both) - kMoves.begin());
}

}  // namespace signpost
