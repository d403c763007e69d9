#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace signpost {

/// A mean with the ends of its 95 % interval.
struct Interval {
  double value = 0, low = 0, high = 0;
};

/// Means over samples with percentile intervals that are drawn over whole groups, since the frames
/// of one track are near-copies (Field and Welsh, "Bootstrapping clustered data", JRSS B 2007).
/// 1,000 draws, always the same ones for the same groups. Several statistics of the same samples
/// are drawn together; that of a difference is paired for that reason. Memory: that of the groups.
class ClusterBootstrap {
 public:
  explicit ClusterBootstrap(std::size_t statistics = 1) : statistics_(statistics) {}

  /// One sample of `group`; `values` has one number for each statistic.
  void add(std::string_view group, std::span<const double> values);
  /// The same by the `stable_hash` of the group's name.
  void add(std::uint64_t group, std::span<const double> values);
  void add(std::uint64_t group, double value) { add(group, std::span(&value, 1)); }

  std::size_t group_count() const { return groups_.size(); }
  std::uint64_t sample_count() const { return samples_; }

  /// One for each statistic. With fewer than two groups nothing can be drawn, and the interval is
  /// its value.
  std::vector<Interval> intervals() const;

 private:
  struct Group {
    std::uint64_t key = 0, samples = 0;
  };
  std::size_t statistics_;
  std::uint64_t samples_ = 0;
  std::unordered_map<std::uint64_t, std::size_t> places_;
  std::vector<Group> groups_;
  std::vector<double> sums_;  ///< groups x statistics
};

}  // namespace signpost
