#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "image/plane.h"

namespace signpost {

/// What is kept of a picture to find others that look the same.
struct Fingerprint {
  static constexpr int kSide = 16;
  /// The signs of the 63 lowest frequencies of the discrete cosine transform at 32 x 32, against
  /// their median (Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions",
  /// 2010); the highest bit is 0. Light and contrast do not change it, a shift by a twentieth of
  /// the box changes some ten bits.
  std::uint64_t hash = 0;
  /// The picture at 16 x 16, stretched to the whole range.
  std::array<std::uint8_t, static_cast<std::size_t>(kSide) * kSide> thumbnail{};
};

/// Of the grey picture of a box, at least one pixel.
Fingerprint fingerprint(const Plane& box);

/// The correlation of two thumbnails, -1 to 1: the best over shifts by up to one pixel, which is a
/// sixteenth of the box. 0 where either is flat.
double thumbnail_correlation(const Fingerprint& a, const Fingerprint& b);

}  // namespace signpost
