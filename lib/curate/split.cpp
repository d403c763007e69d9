#include "curate/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "base/json_text.h"
#include "base/random.h"

namespace signpost {
namespace {

constexpr int kNoLabel = std::numeric_limits<int>::max();

std::int64_t share(double ratio, std::int64_t groups) {
  return std::llround(ratio * static_cast<double>(groups));
}

/// How many of `groups` go to a side of that ratio: at least one if others remain, never all.
std::int64_t wanted(double ratio, std::int64_t groups) {
  if (ratio <= 0 || groups < 2) return 0;
  return std::clamp<std::int64_t>(share(ratio, groups), 1, groups - 1);
}

}  // namespace

Side Splitter::kept_side(Side side) const {
  if (side == Side::test) return options_.reassign && options_.test > 0 ? Side::none : side;
  return options_.reassign || options_.fold ? Side::none : side;
}

std::string Splitter::add(const Sample& sample, std::uint64_t line) {
  const std::optional<Side> given = side_of(sample.split);
  if (!given) {
    return "split " + json_string(sample.split) +
           " is none of train, val and test; correct it or take it out";
  }
  const bool has_fold = options_.folds > 0 && !options_.reassign && sample.fold;
  if (has_fold && (*sample.fold < 0 || *sample.fold >= options_.folds)) {
    return fmt::format(
        "fold {} is none of the {} from 0; give --folds as it was, or draw anew "
        "with --reassign",
        *sample.fold, options_.folds);
  }
  const std::string& name = group_of(sample);
  const auto [at, added] = groups_.try_emplace(stable_hash(name));
  Group& group = at->second;
  if (added) {
    group.order = Random(options_.seed, name, 0, "split").bits();
    group.label = kNoLabel;
  }
  ++group.samples;
  if (sample.label) group.label = std::min(group.label, *sample.label);
  const auto source = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(line, std::numeric_limits<std::uint32_t>::max()));
  if (const Side side = kept_side(*given); side != Side::none)
    put(group, side, source, false, sample);
  if (has_fold) put_in_fold(group, *sample.fold, source, sample);
  if (list_.empty()) return {};
  for (SplitList::Entry* entry :
       {list_.find(name), &name == &sample.id ? nullptr : list_.find(sample.id)}) {
    if (!entry) continue;
    entry->used = true;
    put(group, entry->side, static_cast<std::uint32_t>(entry - list_.entries().data()), true,
        sample);
  }
  return {};
}

void Splitter::put(Group& group, Side side, std::uint32_t source, bool listed,
                   const Sample& sample) {
  if (group.side == Side::none) {
    group.side = side;
    group.source = source;
    group.listed = listed;
  } else if (group.side != side) {
    add_conflict(group, sample, source_of(side, source, listed),
                 source_of(group.side, group.source, group.listed));
  }
}

void Splitter::put_in_fold(Group& group, int fold, std::uint32_t line, const Sample& sample) {
  if (group.fold == kNoFold) {
    group.fold = static_cast<std::uint16_t>(fold);
    group.fold_source = line;
  } else if (group.fold != fold) {
    add_conflict(group, sample, {fmt::format("fold {}", fold), line},
                 {fmt::format("fold {}", group.fold), group.fold_source});
  }
}

Splitter::Source Splitter::source_of(Side side, std::uint32_t source, bool listed) const {
  if (listed) return {std::string(name_of(side)), 0, &list_.entries()[source]};
  return {std::string(name_of(side)), source};
}

void Splitter::add_conflict(Group& group, const Sample& sample, Source here, Source before) {
  if (group.in_conflict) return;
  group.in_conflict = true;
  if (++conflict_count_ <= kNamedConflicts)
    conflicts_.push_back({group_of(sample), std::move(here), std::move(before)});
}

void Splitter::assign() {
  std::vector<Draw> groups;
  groups.reserve(groups_.size());
  for (auto& [key, group] : groups_) groups.push_back({group.label, group.order, key, &group});
  std::sort(groups.begin(), groups.end(), [](const Draw& a, const Draw& b) {
    return std::tie(a.label, a.order, a.key) < std::tie(b.label, b.order, b.key);
  });
  if (options_.unlisted != Unlisted::draw) place_unlisted();
  for (std::size_t begin = 0; begin < groups.size() && options_.unlisted == Unlisted::draw;) {
    std::size_t end = begin;
    while (end < groups.size() && groups[end].label == groups[begin].label) ++end;
    assign_class(groups, begin, end);
    if (options_.folds > 0) assign_folds(groups, begin, end);
    begin = end;
  }
  fold_counts_.resize(static_cast<std::size_t>(options_.folds));
  const auto count_in = [](Count& count, const Group& group) {
    ++count.groups;
    count.samples += group.samples;
  };
  for (const auto& [key, group] : groups_) {
    count_in(counts_[static_cast<std::size_t>(group.side)], group);
    if (group.fold != kNoFold) count_in(fold_counts_[group.fold], group);
  }
}

void Splitter::place_unlisted() {
  for (auto& [key, group] : groups_) {
    if (group.side != Side::none) continue;
    if (options_.unlisted == Unlisted::train) group.side = Side::train;
    if (options_.unlisted == Unlisted::val) group.side = Side::val;
    if (options_.unlisted == Unlisted::test) group.side = Side::test;
  }
}

void Splitter::assign_class(std::vector<Draw>& groups, std::size_t begin, std::size_t end) {
  std::array<std::int64_t, 4> fixed{};
  for (std::size_t i = begin; i < end; ++i)
    ++fixed[static_cast<std::size_t>(groups[i].group->side)];
  const auto [open, train, val, test] = fixed;
  const auto all = static_cast<std::int64_t>(end - begin);

  // More test groups than were asked for are a test set from elsewhere: the shares are of the rest.
  const bool foreign_test = test > share(options_.test, all);
  const std::int64_t drawn_from = foreign_test ? all - test : all;
  const std::int64_t available = std::max<std::int64_t>(0, open - (train == 0 ? 1 : 0));
  const double val_share = options_.folds > 0 ? 0 : options_.val;
  std::int64_t to_val = std::clamp<std::int64_t>(wanted(val_share, drawn_from) - val, 0, available);
  std::int64_t to_test = foreign_test
                             ? 0
                             : std::clamp<std::int64_t>(wanted(options_.test, drawn_from) - test, 0,
                                                        available - to_val);

  if (all == 1 && open == 1 && groups[begin].label != kNoLabel && options_.folds == 0)
    small_classes_.push_back(groups[begin].label);
  for (std::size_t i = begin; i < end; ++i) {
    Side& side = groups[i].group->side;
    if (side != Side::none) continue;
    if (to_val > 0) {
      side = Side::val;
      --to_val;
    } else if (to_test > 0) {
      side = Side::test;
      --to_test;
    } else if (options_.folds == 0) {
      side = Side::train;
    }
  }
}

void Splitter::assign_folds(std::vector<Draw>& groups, std::size_t begin, std::size_t end) {
  const auto folds = static_cast<std::uint32_t>(options_.folds);
  std::vector<std::uint32_t> filled(folds);
  std::uint32_t dealt = 0;
  for (std::size_t i = begin; i < end; ++i) {
    Group& group = *groups[i].group;
    if (group.side == Side::test) {
      group.fold = kNoFold;
    } else {
      ++dealt;
      if (group.fold != kNoFold) ++filled[group.fold];
    }
  }
  if (dealt > 0 && dealt < folds && groups[begin].label != kNoLabel)
    small_classes_.push_back(groups[begin].label);

  // Round after round, from a fold of the class's own, so that the groups left over by many small
  // classes do not all go to fold 0. A round passes over the folds that are ahead already.
  std::uint32_t round = 0;
  std::uint32_t at =
      Random(options_.seed, std::to_string(groups[begin].label), 0, "fold").below(folds);
  std::uint32_t passed = 0;
  for (std::size_t i = begin; i < end; ++i) {
    Group& group = *groups[i].group;
    if (group.side == Side::test) continue;
    while (group.fold == kNoFold) {
      if (filled[at] <= round) {
        ++filled[at];
        group.fold = static_cast<std::uint16_t>(at);
      }
      at = (at + 1) % folds;
      if (++passed == folds) {
        passed = 0;
        ++round;
      }
    }
    if (options_.fold) group.side = group.fold == *options_.fold ? Side::val : Side::train;
  }
}

std::optional<Splitter::Placement> Splitter::placement(const Sample& sample) const {
  if (!side_of(sample.split)) return std::nullopt;
  const auto found = groups_.find(stable_hash(group_of(sample)));
  if (found == groups_.end()) return std::nullopt;
  const Group& group = found->second;
  if (group.side == Side::none && options_.unlisted == Unlisted::drop) return std::nullopt;
  return Placement{group.side,
                   group.fold == kNoFold ? std::nullopt : std::optional<int>(group.fold)};
}

}  // namespace signpost
