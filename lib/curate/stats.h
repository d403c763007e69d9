#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>

#include "curate/side.h"
#include "sample/catalogue.h"
#include "sample/sample.h"

namespace signpost {

/// How often each length in pixels came. Memory: one entry a length.
class Lengths {
 public:
  void add(int pixels) {
    ++counts_[pixels];
    ++total_;
  }
  std::uint64_t count() const { return total_; }
  /// The smallest length that a share `q` of all do not exceed (nearest rank). `count()` > 0.
  int quantile(double q) const;

 private:
  std::map<int, std::uint64_t> counts_;
  std::uint64_t total_ = 0;
};

/// What a data set holds. Memory by groups, classes and lengths, not by samples.
class Stats {
 public:
  void add(const Sample& sample);

  struct Count {
    std::uint64_t samples = 0, groups = 0;
  };
  struct ClassCount : Count {
    std::array<std::uint64_t, 4> by_side{};  ///< samples, by Side
  };

  Count all() const { return {samples_, groups_.size()}; }
  /// By Side.
  const std::array<Count, 4>& sides() const { return sides_; }
  /// By label; samples without one stand under nothing.
  const std::map<std::optional<int>, ClassCount>& classes() const { return classes_; }
  const Lengths& roi_short() const { return roi_short_; }
  const Lengths& image_short() const { return image_short_; }
  const Lengths& image_long() const { return image_long_; }

 private:
  std::uint64_t samples_ = 0;
  std::unordered_set<std::uint64_t> groups_, side_groups_, class_groups_;
  std::array<Count, 4> sides_{};
  std::map<std::optional<int>, ClassCount> classes_;
  Lengths roi_short_, image_short_, image_long_;
};

/// Aligned columns of at most 80 characters, as several lines.
std::string stats_table(const Stats& stats, const Catalogue& catalogue);

/// One JSON object, without a newline.
std::string stats_json(const Stats& stats, const Catalogue& catalogue);

}  // namespace signpost
