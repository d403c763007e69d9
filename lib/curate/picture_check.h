#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "image/fingerprint.h"
#include "image/plane.h"
#include "sample/sample.h"

namespace signpost {

/// Under which a picture is worth a warning. The defaults flag less than one in a hundred of
/// GTSRB's training images; docs/commands/check.md has the shares.
struct PictureLimits {
  int min_side_px = 15;           ///< of the box
  double min_mean_grey = 10;      ///< 0 to 255
  double min_grey_deviation = 2;  ///< likewise
  double min_sharpness = 0.5;     ///< 0 to 1: image/quality.h
};

/// A fault of a picture: its kind, what is wrong, what to do, and the measured value by its name.
using PictureFault = std::function<void(std::string_view kind, std::string what, std::string remedy,
                                        std::string_view name, double value)>;

/// The box of a sample, by its ROI or else its image's size, is too small to learn from. Nothing is
/// said where neither is known.
void check_size(const Sample& sample, const PictureLimits& limits, const PictureFault& fault);

/// Too dark, without contrast, or blurred; at most one of them. `box` is the grey picture of the
/// sample's box. Returns its fingerprint, unless it has too little contrast or too few pixels for
/// one that tells it from others.
std::optional<Fingerprint> check_picture(const Plane& box, const PictureLimits& limits,
                                         const PictureFault& fault);

}  // namespace signpost
