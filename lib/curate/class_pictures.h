#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "curate/picks.h"
#include "image/render.h"
#include "pixels/image.h"
#include "sample/sample.h"

namespace signpost {

/// What each class looks like: the mean of all its pictures, and some of them drawn at random, one
/// of each group. Memory: 56 kB and the records drawn, for each class.
class ClassPictures {
 public:
  static constexpr int kSide = 48;

  /// Draws `picks` pictures of each class.
  explicit ClassPictures(int picks) : picks_(picks) {}

  /// `thumbnail`: kSide x kSide x 3, HWC, as `thumbnail_of` makes it.
  void add(const Sample& sample, std::span<const std::uint8_t> thumbnail);

  /// The mean picture. `label` was added.
  Image mean(const std::optional<int>& label) const;

  /// The pictures drawn, side by side, kSide high; read again, and left grey where that fails.
  /// `label` was added.
  Image strip(const std::optional<int>& label, const Renderer& renderer) const;

 private:
  struct Class {
    std::uint64_t count = 0;
    std::vector<std::uint64_t> sums;
    Picks picks;
  };
  int picks_;
  std::map<std::optional<int>, Class> classes_;
};

/// What of a sample is looked at: the pixels that its operations make, or its ROI in the stored
/// image where it has none (the whole image where it has no ROI either). Returns false and says in
/// `wrong` what is the matter. Thread-safe.
bool picture_of(const Sample& sample, const Renderer& renderer, Image& image, Box& box,
                std::string& wrong);

/// `box` of `image` at kSide x kSide; of a box over 2^13 pixels a side, its top left part.
std::vector<std::uint8_t> thumbnail_of(const Image& image, const Box& box);

}  // namespace signpost
