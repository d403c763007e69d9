#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "pixels/image.h"

namespace signpost {

/// A recipe of random variations, as data: datasets/recipes/NAME.toml explains each key. Ranges are
/// uniform unless said otherwise; a range of [0, 0] (or [1, 1] for a factor) switches a variation
/// off.
struct Recipe {
  struct Range {
    double low = 0, high = 0;
  };
  std::string name;
  std::string digest;  ///< the first 16 digits of the SHA-256 of the recipe's text

  // Geometry: one projective warp, in shares of the crop's side, around its centre.
  Range rotate_degrees, shift, shear, perspective;
  Range scale{1, 1}, stretch{1, 1};  ///< log-uniform

  // Light: applied in linear steps on 8-bit values.
  Range contrast{1, 1}, gamma{1, 1}, gain{1, 1};  ///< log-uniform
  Range brightness;                               ///< added, in grey levels
  Range colour_cast{1, 1};                        ///< log-uniform, for each channel

  // Optics and sensor. Each happens with its chance.
  double low_resolution_chance = 0;
  Range low_resolution{1, 1};  ///< shrink by this factor, then grow back
  double blur_chance = 0;
  Range blur_sigma_px{0.5, 1.0};
  double motion_chance = 0;
  Range motion_px{2, 4};
  double noise_chance = 0;
  Range noise_sigma{2, 8};
  double occlusion_chance = 0;
  Range occlusion{0.1, 0.2};  ///< side of a covering rectangle, as a share of the crop's side

  /// Reads datasets/recipes/NAME.toml (the copy in the program) or a file, if `name` holds a slash
  /// or ends in .toml. Throws Error{usage} for an unknown recipe, Error{input} for an unknown key
  /// or a bad value.
  static Recipe load(const std::string& name);
};

/// How many more output pixels a patch has on each side, for an inner square of `size`: room for
/// rotation and shift.
inline int patch_pad(int size) { return size / 4; }

/// Draws one variant of a patch: (size + 2 pad)^2 RGB pixels in, the inner size^2 out, both HWC
/// uint8 (preprocess.h's `resample` makes patches). Deterministic in `random`, on any number of
/// threads, wherever OpenCV is the same build. Thread-safe.
void augment_patch(const Recipe& recipe, std::span<const std::uint8_t> patch, int size, int pad,
                   Random& random, std::span<std::uint8_t> out);

}  // namespace signpost
