#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "pixels/image.h"
#include "sample/transform.h"

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

  // Transforms of the whole crop: a quarter, a half or three quarters of a turn, or none; then each
  // flip.
  double rotate_90_chance = 0, rotate_180_chance = 0, rotate_270_chance = 0;
  double flip_horizontal_chance = 0, flip_vertical_chance = 0;

  // Geometry: one projective warp, in shares of the crop's side, around its centre.
  Range rotate_degrees, shift, shear, perspective;
  Range scale{1, 1}, stretch{1, 1};  ///< log-uniform

  // Light: applied in linear steps on 8-bit values.
  Range contrast{1, 1}, gamma{1, 1}, gain{1, 1};  ///< log-uniform
  Range brightness;                               ///< added, in grey levels
  Range colour_cast{1, 1};                        ///< log-uniform, for each channel
  double night_chance = 0;
  Range night{0.15, 0.4};  ///< log-uniform; a further gain, and noise for certain
  double shadow_chance = 0;
  Range shadow{0.4, 0.8};        ///< the light that is left on the dark side
  Range shadow_edge{0.02, 0.3};  ///< width of its soft edge, as a share of the crop's side

  // Optics and sensor. Each happens with its chance.
  double low_resolution_chance = 0;
  Range low_resolution{1, 1};  ///< shrink by this factor, then grow back
  double blur_chance = 0;
  Range blur_sigma_px{0.5, 1.0};
  double motion_chance = 0;
  Range motion_px{2, 4};
  double noise_chance = 0;
  Range noise_sigma{2, 8};
  double jpeg_chance = 0;
  Range jpeg_quality{40, 90};  ///< libjpeg's scale
  double occlusion_chance = 0;
  Range occlusion{0.1, 0.2};  ///< side of a covering rectangle, as a share of the crop's side

  /// True if variants may be flipped or turned.
  bool transforms() const {
    return rotate_90_chance > 0 || rotate_180_chance > 0 || rotate_270_chance > 0 ||
           flip_horizontal_chance > 0 || flip_vertical_chance > 0;
  }

  /// Reads datasets/recipes/NAME.toml (the copy in the program) or a file, if `name` holds a slash
  /// or ends in .toml. Throws Error{usage} for an unknown recipe, Error{input} for an unknown key
  /// or a bad value.
  static Recipe load(const std::string& name);
};

/// How many more output pixels a patch has on each side, for an inner square of `size`: room for
/// rotation, shift and a loose box, at least a quarter and at most half of the size. What lies
/// farther out repeats the patch's border.
int patch_pad(const Recipe& recipe, int size);

/// The flip or turn of one variant, or identity. What it makes of the sample's class, and whether
/// it may be made, is for the caller to ask the class catalogue (sample/catalogue.h) about.
/// `random` has the purpose kTransformPurpose, so that it is independent of augment_patch's.
Transform draw_transform(const Recipe& recipe, Random& random);

inline constexpr std::string_view kTransformPurpose = "transform", kAugmentPurpose = "augment";

/// Draws one variant of a patch: (size + 2 pad)^2 RGB pixels in, the inner size^2 out, both HWC
/// uint8 (preprocess.h's `resample` makes patches). It draws everything but the transform. The same
/// bytes from the same `random`, on any number of threads and on any machine with IEEE 754 floats
/// (as far as the recipe has JPEG: and the same release of libjpeg-turbo). Thread-safe.
void augment_patch(const Recipe& recipe, std::span<const std::uint8_t> patch, int size, int pad,
                   Random& random, std::span<std::uint8_t> out);

}  // namespace signpost
