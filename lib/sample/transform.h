#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace signpost {

/// What can be done to a whole image without resampling it: the eight symmetries of a square (the
/// dihedral group D4), in the names of jpegtran(1) and EXIF. Rotations are clockwise, as the viewer
/// sees them; `transpose` mirrors at the diagonal from the upper left to the lower right,
/// `transverse` at the other one. Any sequence of them is one of them.
enum class Transform {
  identity,
  flip_horizontal,
  flip_vertical,
  rotate_90,
  rotate_180,
  rotate_270,
  transpose,
  transverse
};

inline constexpr std::size_t kTransformCount = 8;

/// What a class catalogue states for each class; the two diagonals follow from these.
inline constexpr std::array kTransforms = {Transform::flip_horizontal, Transform::flip_vertical,
                                           Transform::rotate_90, Transform::rotate_180,
                                           Transform::rotate_270};

/// "flip_horizontal", as records, catalogues and recipes write it.
std::string_view transform_name(Transform transform);

/// The transform of that name, or nothing.
std::optional<Transform> transform_named(std::string_view name);

/// Where the pixels of a transformed image come from: what is shown at (x, y) stood at
/// (xx x + xy y, yx x + yy y), both counted from the middle, x to the right and y down.
struct PixelMove {
  int xx = 1, xy = 0, yx = 0, yy = 1;
  bool operator==(const PixelMove&) const = default;
};
PixelMove pixel_move(Transform transform);

/// `first`, then `second`, as one.
Transform combined(Transform first, Transform second);

}  // namespace signpost
