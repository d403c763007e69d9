#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "curate/distribution.h"
#include "curate/side.h"
#include "sample/catalogue.h"
#include "sample/sample.h"

namespace signpost {

/// What the records of a data set say. Memory by groups, classes and lengths, not by samples.
class Stats {
 public:
  void add(const Sample& sample);

  struct Count {
    std::uint64_t samples = 0, groups = 0;
  };
  struct ClassCount : Count {
    std::array<std::uint64_t, 4> by_side{};  ///< samples, by Side
    Distribution roi_short;
  };

  Count all() const { return {samples_, groups_.size()}; }
  /// By Side.
  const std::array<Count, 4>& sides() const { return sides_; }
  /// By label; samples without one stand under nothing.
  const std::map<std::optional<int>, ClassCount>& classes() const { return classes_; }

  /// How many samples a group has.
  Distribution group_sizes() const;

  // In pixels.
  const Distribution& roi_short() const { return roi_short_; }
  const Distribution& image_short() const { return image_short_; }
  const Distribution& image_long() const { return image_long_; }

  /// The share of the image that the ROI covers, in percent. Of samples with a ROI and a size.
  const Distribution& roi_share() const { return roi_share_; }
  /// The space between the ROI and the image's edge: left, top, right, bottom, each in percent of
  /// the ROI's own width or height.
  const std::array<Distribution, 4>& margins() const { return margins_; }

 private:
  std::uint64_t samples_ = 0;
  std::unordered_map<std::uint64_t, std::uint32_t> groups_;
  std::unordered_set<std::uint64_t> side_groups_, class_groups_;
  std::array<Count, 4> sides_{};
  std::map<std::optional<int>, ClassCount> classes_;
  Distribution roi_short_, image_short_, image_long_, roi_share_;
  std::array<Distribution, 4> margins_;
};

/// The sides as reports list them.
inline constexpr std::array kListedSides = {Side::train, Side::val, Side::test, Side::none};
/// "train", …, and "none" for samples without one.
std::string side_title(Side side);
/// The class's English name, or words in brackets for one without.
std::string class_title(const std::optional<int>& label, const Catalogue& catalogue);

}  // namespace signpost
