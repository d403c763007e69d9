#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "pixels/image.h"

namespace signpost {

/// A box of whole pixels, half-open. It may leave the image where a function says so.
struct Box {
  int x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  int width() const { return x2 - x1; }
  int height() const { return y2 - y1; }
};

/// The preprocessing contract: how the pixels of a photograph become the network's input. It is
/// stored in every package, and this file is its one implementation, for the trainer and for the
/// device alike.
struct Preprocessing {
  int size = 48;            ///< the network's input is size x size x 3, uint8, RGB, HWC
  int margin_permille = 0;  ///< the box is widened on each side by this share of its own size, then
                            ///< clipped to the image
  bool operator==(const Preprocessing&) const = default;
};

/// The name under which a package stores the interpolation that `resample` does.
inline constexpr const char* kInterpolation = "triangle-antialiased-q14";

/// `roi` widened by the margin (rounded to whole pixels) and clipped to a width x height image.
/// `roi` must be inside the image.
Box crop_box(const Box& roi, int margin_permille, int width, int height);

/// Resamples `box` of `image` to size x size, with `pad` more output pixels on every side, in which
/// the box's surroundings appear at the same scale. Aspect is not kept. Pixels outside the image
/// repeat its border.
///
/// A separable triangle filter, widened by the scale when shrinking (so that it antialiases), in
/// integers: tap weights are exact ratios rounded to 14 bits with their sum kept at 2^14, rows are
/// filtered first to 6 fractional bits, and the result is rounded once. The same input gives the
/// same bytes on every machine; the inner part of a padded result equals the unpadded one.
///
/// `box` is not empty and at most 2^13 pixels a side; `out` holds (size + 2 pad)^2 * 3 bytes.
/// Thread-safe.
void resample(const Image& image, const Box& box, int size, int pad, std::span<std::uint8_t> out);

/// crop_box, then resample: the whole contract. `out` holds size * size * 3 bytes.
void preprocess(const Image& image, const Box& roi, const Preprocessing& contract,
                std::span<std::uint8_t> out);

}  // namespace signpost
