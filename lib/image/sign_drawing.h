#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "image/vector_path.h"

namespace signpost {

/// What a part of a sign is painted with. A renderer chooses the colours, so that an old sign can
/// fade.
enum class Ink { white, red, blue, yellow, black, grey, green };

struct Rgb {
  std::uint8_t r = 0, g = 0, b = 0;
};

/// By Ink.
using Palette = std::array<Rgb, 7>;

/// A new sign's colours: the traffic colours RAL 3020, 5017 and 1023, seen by a camera in daylight.
const Palette& new_sign_palette();

/// One part of a drawing, painted over the parts before it.
struct SignPart {
  Ink ink = Ink::black;
  std::vector<Contour> contours;
  /// 0: the contours bound an area, filled by the even-odd rule. Else they are lines drawn with a
  /// pen of this width (see stroke_outline).
  double stroke = 0;
  bool round_ends = false;
};

/// A traffic sign as vector data in the unit square: it touches the square's left and right (its
/// top and bottom as well unless it is a triangle, which is centred). The drawings follow the
/// German signs of 2010 that GTSRB shows; proportions were taken from photographs.
struct SignDrawing {
  int class_id = 0;
  Contour plate;                 ///< the silhouette, convex; nothing is painted outside it
  std::vector<SignPart> shapes;  ///< in the order of painting
};

/// The drawings of GTSRB's 43 classes, by ascending class id. Built once; thread-safe.
std::span<const SignDrawing> sign_drawings();

/// Null for a class that has none.
const SignDrawing* find_sign_drawing(int class_id);

}  // namespace signpost
