#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "curate/side.h"
#include "sample/sample.h"

namespace signpost {

struct SplitOptions {
  double val = 0.2;   ///< share of each class's groups, in [0, 1); val + test < 1
  double test = 0.0;  ///< likewise
  std::uint64_t seed = 0;
  bool reassign = false;  ///< existing "train" and "val" are drawn anew, and "test" too if test > 0
};

/// The group of a sample: its "group", or its id where it has none.
inline const std::string& group_of(const Sample& sample) {
  return sample.group.empty() ? sample.id : sample.group;
}

/// Gives whole groups to train, val and test, stratified by class; docs/decisions/0005-splits.md.
///
/// First every sample is added, then `assign` is called, then `side` answers. The answers depend on
/// the seed and on the set of groups of each class, never on the order of the samples. Memory:
/// about 56 bytes a group, none a sample. Groups are told apart by 64-bit hashes: two that collide
/// (one chance in 10^6 for six million groups) share a side, which breaks no promise.
class Splitter {
 public:
  explicit Splitter(const SplitOptions& options) : options_(options) {}

  /// Returns an empty string, or what is wrong with the record, which then does not count.
  /// `line` tells where the record stands, for `conflicts`.
  std::string add(const Sample& sample, std::uint64_t line);

  /// A group that stands on two sides in the input: the first line of each of the two.
  struct Conflict {
    std::uint64_t line;
    Side side;
    std::uint64_t other_line;
    Side other_side;
  };
  /// In the order of the input, the first kNamedConflicts of `conflict_count`. Where there is one,
  /// nothing can be assigned.
  const std::vector<Conflict>& conflicts() const { return conflicts_; }
  std::uint64_t conflict_count() const { return conflict_count_; }
  static constexpr std::size_t kNamedConflicts = 10;

  void assign();

  /// The side of an added sample; nothing for one that was not added or was refused.
  std::optional<Side> side(const Sample& sample) const;

  struct Count {
    std::uint64_t groups = 0, samples = 0;
  };
  /// After `assign`, by side.
  const std::array<Count, 4>& counts() const { return counts_; }
  /// After `assign`: the classes whose only group went to train, so that nothing measures them.
  const std::vector<int>& single_group_classes() const { return single_group_classes_; }

 private:
  struct Group {
    std::uint32_t order;  ///< a function of (seed, name)
    int label;            ///< the smallest of its samples, kNoLabel if none has one
    std::uint32_t samples = 0;
    Side side = Side::none;
    bool two_sides = false;
    std::uint64_t line = 0;  ///< that fixed `side`
  };
  struct Draw {
    int label;
    std::uint32_t order;
    std::uint64_t key;
    Group* group;
  };
  struct KeyHash {
    std::size_t operator()(std::uint64_t key) const noexcept { return key; }
  };
  Side kept_side(Side side) const;
  void assign_class(std::vector<Draw>& groups, std::size_t begin, std::size_t end);

  SplitOptions options_;
  std::unordered_map<std::uint64_t, Group, KeyHash> groups_;
  std::vector<Conflict> conflicts_;
  std::uint64_t conflict_count_ = 0;
  std::array<Count, 4> counts_{};
  std::vector<int> single_group_classes_;
};

}  // namespace signpost
