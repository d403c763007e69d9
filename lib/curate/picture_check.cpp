#include "curate/picture_check.h"

#include <fmt/format.h>

#include <algorithm>

#include "image/quality.h"

namespace signpost {
namespace {

constexpr int kLeastSide = 8;         ///< for a fingerprint
constexpr int kLeastSharpSide = 12;   ///< for sharpness to mean something
constexpr double kLeastContrast = 2;  ///< for a fingerprint: below, it is that of the noise

}  // namespace

void check_size(const Sample& sample, const PictureLimits& limits, const PictureFault& fault) {
  int side = 0;
  if (sample.roi) {
    side = std::min(sample.roi->width(), sample.roi->height());
  } else if (sample.width && sample.height) {
    side = std::min(*sample.width, *sample.height);
  }
  if (side <= 0 || side >= limits.min_side_px) return;
  fault("tiny",
        fmt::format("its box is {} px on the shorter side, under {}", side, limits.min_side_px),
        "take a nearer picture, or leave it out", "side_px", side);
}

std::optional<Fingerprint> check_picture(const Plane& box, const PictureLimits& limits,
                                         const PictureFault& fault) {
  const Quality quality = measure_quality(box);
  const int side = std::min(box.width, box.height);
  if (quality.grey_deviation < limits.min_grey_deviation) {
    fault("flat",
          fmt::format("is of one grey: its standard deviation is {:.1f} of 255, under {}",
                      quality.grey_deviation, limits.min_grey_deviation),
          "look whether it shows a sign at all", "grey_deviation", quality.grey_deviation);
  } else if (quality.mean_grey < limits.min_mean_grey) {
    fault("dark",
          fmt::format("is dark: its mean grey is {:.1f} of 255, under {}", quality.mean_grey,
                      limits.min_mean_grey),
          "keep it if the sign can be told, else leave it out", "mean_grey", quality.mean_grey);
  } else if (side >= kLeastSharpSide && quality.sharpness < limits.min_sharpness) {
    fault("blurred",
          fmt::format("is blurred: its sharpness is {:.2f}, under {}", quality.sharpness,
                      limits.min_sharpness),
          "keep it if the sign can be told, else leave it out", "sharpness", quality.sharpness);
  }
  if (side < kLeastSide || quality.grey_deviation < kLeastContrast) return std::nullopt;
  return fingerprint(box);
}

}  // namespace signpost
