#include "curate/split.h"

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
  if (!options_.reassign) return side;
  return side == Side::test && options_.test <= 0 ? side : Side::none;
}

std::string Splitter::add(const Sample& sample, std::uint64_t line) {
  const std::optional<Side> given = side_of(sample.split);
  if (!given) {
    return "split " + json_string(sample.split) +
           " is none of train, val and test; correct it or take it out";
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
  const Side side = kept_side(*given);
  if (side == Side::none || side == group.side) return {};
  if (group.side == Side::none) {
    group.side = side;
    group.line = line;
  } else if (!group.two_sides) {
    group.two_sides = true;
    if (++conflict_count_ <= kNamedConflicts)
      conflicts_.push_back({line, side, group.line, group.side});
  }
  return {};
}

void Splitter::assign() {
  std::vector<Draw> groups;
  groups.reserve(groups_.size());
  for (auto& [key, group] : groups_) groups.push_back({group.label, group.order, key, &group});
  std::sort(groups.begin(), groups.end(), [](const Draw& a, const Draw& b) {
    return std::tie(a.label, a.order, a.key) < std::tie(b.label, b.order, b.key);
  });
  for (std::size_t begin = 0; begin < groups.size();) {
    std::size_t end = begin;
    while (end < groups.size() && groups[end].label == groups[begin].label) ++end;
    assign_class(groups, begin, end);
    begin = end;
  }
  for (const auto& [key, group] : groups_) {
    Count& count = counts_[static_cast<std::size_t>(group.side)];
    ++count.groups;
    count.samples += group.samples;
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
  std::int64_t to_val =
      std::clamp<std::int64_t>(wanted(options_.val, drawn_from) - val, 0, available);
  std::int64_t to_test = foreign_test
                             ? 0
                             : std::clamp<std::int64_t>(wanted(options_.test, drawn_from) - test, 0,
                                                        available - to_val);

  if (all == 1 && open == 1 && groups[begin].label != kNoLabel)
    single_group_classes_.push_back(groups[begin].label);
  for (std::size_t i = begin; i < end; ++i) {
    Side& side = groups[i].group->side;
    if (side != Side::none) continue;
    if (to_val > 0) {
      side = Side::val;
      --to_val;
    } else if (to_test > 0) {
      side = Side::test;
      --to_test;
    } else {
      side = Side::train;
    }
  }
}

std::optional<Side> Splitter::side(const Sample& sample) const {
  if (!side_of(sample.split)) return std::nullopt;
  const auto found = groups_.find(stable_hash(group_of(sample)));
  if (found == groups_.end()) return std::nullopt;
  return found->second.side;
}

}  // namespace signpost
