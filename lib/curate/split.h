#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "curate/side.h"
#include "curate/split_list.h"
#include "sample/sample.h"

namespace signpost {

/// What becomes of a group that a list does not name and that is on no side yet.
enum class Unlisted { draw, train, val, test, drop, keep };

struct SplitOptions {
  double val = 0.2;   ///< share of each class's groups, in [0, 1); val + test < 1
  double test = 0.0;  ///< likewise
  std::uint64_t seed = 0;
  bool reassign = false;  ///< existing "train" and "val" are drawn anew, and "test" too if test > 0
  /// If not 0, 2 to kMostFolds: groups that are not in test are dealt to so many folds, and `val`
  /// does not count.
  int folds = 0;
  std::optional<int> fold = {};  ///< the fold that becomes val; the others become train
  Unlisted unlisted = Unlisted::draw;
};

/// The group of a sample: its "group", or its id where it has none.
inline const std::string& group_of(const Sample& sample) {
  return sample.group.empty() ? sample.id : sample.group;
}

/// Gives whole groups to train, val and test, or to folds, stratified by class;
/// docs/decisions/0005-splits.md.
///
/// First every sample is added, then `assign` is called, then `placement` answers. The answers
/// depend on the seed, the list and the set of groups of each class, never on the order of the
/// samples. Memory: about 56 bytes a group, none a sample. Groups are told apart by 64-bit hashes:
/// two that collide (one chance in 10^6 for six million groups) share a side, which breaks no
/// promise.
class Splitter {
 public:
  /// A side that the list gives to a group, or to one of its samples, is the group's side, as one
  /// that a record brings is.
  explicit Splitter(const SplitOptions& options, SplitList list = {})
      : options_(options), list_(std::move(list)) {}

  /// Returns an empty string, or what is wrong with the record, which then does not count.
  /// `line` tells where the record stands, for `conflicts`.
  std::string add(const Sample& sample, std::uint64_t line);

  static constexpr int kMostFolds = 1000;

  /// Where a group was put on a side: a line of the samples, or an entry of the list.
  struct Source {
    std::string side;  ///< "val", or "fold 3"
    std::uint64_t line = 0;
    const SplitList::Entry* entry = nullptr;
  };
  /// A group that is put on two sides, or in two folds.
  struct Conflict {
    std::string group;
    Source here, before;
  };
  /// In the order of the input, the first kNamedConflicts of `conflict_count`. Where there is one,
  /// nothing can be assigned.
  const std::vector<Conflict>& conflicts() const { return conflicts_; }
  std::uint64_t conflict_count() const { return conflict_count_; }
  static constexpr std::size_t kNamedConflicts = 10;

  void assign();

  struct Placement {
    Side side = Side::none;  ///< none only with folds or with Unlisted::keep
    std::optional<int> fold = {};
  };
  /// Where an added sample belongs; nothing for one that was not added, was refused or is dropped.
  std::optional<Placement> placement(const Sample& sample) const;

  struct Count {
    std::uint64_t groups = 0, samples = 0;
  };
  /// After `assign`, by side.
  const std::array<Count, 4>& counts() const { return counts_; }
  /// After `assign`, by fold.
  const std::vector<Count>& fold_counts() const { return fold_counts_; }
  /// After `assign`: the classes whose only group went to train, so that nothing measures them;
  /// with folds, those with fewer groups than folds.
  const std::vector<int>& small_classes() const { return small_classes_; }
  const SplitList& list() const { return list_; }

 private:
  static constexpr std::uint16_t kNoFold = std::numeric_limits<std::uint16_t>::max();
  struct Group {
    std::uint32_t order;  ///< a function of (seed, name)
    int label;            ///< the smallest of its samples, kNoLabel if none has one
    std::uint32_t samples = 0;
    std::uint32_t source = 0;       ///< of `side`: a line, or an entry of the list
    std::uint32_t fold_source = 0;  ///< of `fold`: a line
    std::uint16_t fold = kNoFold;
    Side side = Side::none;
    bool listed : 1 = false;  ///< `source` is an entry
    bool in_conflict : 1 = false;
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
  void put(Group& group, Side side, std::uint32_t source, bool listed, const Sample& sample);
  void put_in_fold(Group& group, int fold, std::uint32_t line, const Sample& sample);
  void add_conflict(Group& group, const Sample& sample, Source here, Source before);
  Source source_of(Side side, std::uint32_t source, bool listed) const;
  void place_unlisted();
  void assign_class(std::vector<Draw>& groups, std::size_t begin, std::size_t end);
  void assign_folds(std::vector<Draw>& groups, std::size_t begin, std::size_t end);

  SplitOptions options_;
  SplitList list_;
  std::unordered_map<std::uint64_t, Group, KeyHash> groups_;
  std::vector<Conflict> conflicts_;
  std::uint64_t conflict_count_ = 0;
  std::array<Count, 4> counts_{};
  std::vector<Count> fold_counts_;
  std::vector<int> small_classes_;
};

}  // namespace signpost
