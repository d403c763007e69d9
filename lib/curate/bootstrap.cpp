#include "curate/bootstrap.h"

#include <algorithm>
#include <numeric>

#include "base/random.h"

namespace signpost {
namespace {

constexpr std::size_t kDraws = 1000;

}  // namespace

void ClusterBootstrap::add(std::string_view group, std::span<const double> values) {
  add(stable_hash(group), values);
}

void ClusterBootstrap::add(std::uint64_t group, std::span<const double> values) {
  const auto [found, fresh] = places_.try_emplace(group, groups_.size());
  if (fresh) {
    groups_.push_back({group, 0});
    sums_.resize(sums_.size() + statistics_);
  }
  ++groups_[found->second].samples;
  ++samples_;
  for (std::size_t s = 0; s < statistics_; ++s) sums_[found->second * statistics_ + s] += values[s];
}

std::vector<Interval> ClusterBootstrap::intervals() const {
  // By key, so that the draws do not depend on the order in which groups came.
  std::vector<std::size_t> order(groups_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return groups_[a].key < groups_[b].key; });
  std::vector<double> sums(statistics_);
  const auto add_group = [&](std::size_t group) {
    const double* values = &sums_[group * statistics_];
    for (std::size_t s = 0; s < statistics_; ++s) sums[s] += values[s];
    return groups_[group].samples;
  };

  std::vector<Interval> intervals(statistics_);
  for (const std::size_t group : order) add_group(group);
  for (std::size_t s = 0; s < statistics_ && samples_ > 0; ++s) {
    const double mean = sums[s] / static_cast<double>(samples_);
    intervals[s] = {mean, mean, mean};
  }
  if (groups_.size() < 2) return intervals;

  std::vector<std::vector<double>> means(statistics_);
  for (std::size_t draw = 0; draw < kDraws; ++draw) {
    Random random(0, "accuracy", draw, "bootstrap");
    std::fill(sums.begin(), sums.end(), 0);
    std::uint64_t samples = 0;
    for (std::size_t i = 0; i < order.size(); ++i)
      samples += add_group(order[random.below(static_cast<std::uint32_t>(order.size()))]);
    for (std::size_t s = 0; s < statistics_; ++s)
      means[s].push_back(sums[s] / static_cast<double>(samples));
  }
  for (std::size_t s = 0; s < statistics_; ++s) {
    std::sort(means[s].begin(), means[s].end());
    intervals[s].low = means[s][kDraws / 40];
    intervals[s].high = means[s][kDraws - 1 - kDraws / 40];
  }
  return intervals;
}

}  // namespace signpost
