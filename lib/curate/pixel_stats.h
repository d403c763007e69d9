#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>

#include "curate/distribution.h"
#include "curate/side.h"
#include "pixels/image.h"
#include "pixels/preprocess.h"
#include "sample/sample.h"

namespace signpost {

inline constexpr std::size_t kLevelRanges = 64;

/// What the pixels of one picture amount to. Levels are those of the image, 0 to 255.
struct PixelFigures {
  std::array<double, 3> mean{}, square{};  ///< of R, G and B: the mean and the mean square
  double brightness = 0;                   ///< mean luma, 0.299 R + 0.587 G + 0.114 B (BT.601)
  double contrast = 0;                     ///< the standard deviation of the luma
  /// By channel: the share of the pixels in each range of four levels.
  std::array<std::array<float, kLevelRanges>, 3> shares{};
};

/// `box` is not empty and inside `image`. Thread-safe.
PixelFigures pixel_figures(const Image& image, const Box& box);

/// Figures of many pictures. Each picture weighs the same, however many pixels it has: that is what
/// a network sees, which gets all of them at one size. The result depends on the order of `add` in
/// the last bits alone; memory does not grow with the pictures.
class PixelStats {
 public:
  void add(const Sample& sample, const PixelFigures& figures);

  /// Of all pixels of some pictures.
  struct Levels {
    std::uint64_t count = 0;  ///< pictures
    std::array<double, 3> sum{}, sum_square{};
    double mean(std::size_t channel) const;       ///< `count` > 0
    double deviation(std::size_t channel) const;  ///< likewise
  };
  const Levels& all() const { return all_; }
  const std::array<Levels, 4>& sides() const { return sides_; }  ///< by Side

  /// Rounded to whole levels.
  const Distribution& brightness() const { return brightness_; }
  const Distribution& contrast() const { return contrast_; }
  const std::array<Distribution, 4>& brightness_by_side() const { return side_brightness_; }
  const std::map<std::optional<int>, Distribution>& brightness_by_class() const {
    return class_brightness_;
  }

  /// The mean over all pictures of PixelFigures::shares. `all().count` > 0.
  std::array<std::array<double, kLevelRanges>, 3> shares() const;

 private:
  Levels all_;
  std::array<Levels, 4> sides_;
  Distribution brightness_, contrast_;
  std::array<Distribution, 4> side_brightness_;
  std::map<std::optional<int>, Distribution> class_brightness_;
  std::array<std::array<double, kLevelRanges>, 3> shares_{};
};

}  // namespace signpost
