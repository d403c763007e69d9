#include "compress/value_histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace signpost {
namespace {

constexpr std::size_t kBins = 4096;
constexpr int kSteps = 100, kRounds = 4;
constexpr float kLeastReach = 0x1p-100f;

}  // namespace

void ValueHistogram::add(std::span<const float> values) {
  if (values.empty()) return;
  float low = low_, high = high_;
  for (const float value : values) {
    if (!std::isfinite(value)) throw Error(Blame::input, "an activation is no finite number");
    low = std::min(low, value);
    high = std::max(high, value);
  }
  low_ = low;
  high_ = high;
  const float reach = std::max({-low, high, kLeastReach});
  if (counts_.empty()) {
    counts_.resize(kBins);
    limit_ = std::exp2(std::ceil(std::log2(reach)));
  }
  for (; limit_ < reach; limit_ *= 2) {
    std::vector<std::uint64_t> wider(kBins);
    for (std::size_t i = 0; i < kBins; ++i) wider[kBins / 4 + i / 2] += counts_[i];
    counts_.swap(wider);
  }
  const float scale = kBins / 2 / limit_;
  for (const float value : values) {
    if (value == 0) continue;
    const auto bin = static_cast<std::size_t>((value + limit_) * scale);
    ++counts_[std::min(bin, kBins - 1)];
  }
}

double ValueHistogram::error(ValueRange range) const {
  const Affine affine = affine_of(range);
  const float width = limit_ / (kBins / 2);
  double sum = 0;
  for (std::size_t i = 0; i < kBins; ++i) {
    if (counts_[i] == 0) continue;
    const float middle = (static_cast<float>(i) + 0.5f) * width - limit_;
    const int steps = quantised(middle, affine) - affine.zero_point;
    const double apart = double{middle} - double{affine.scale} * steps;
    sum += apart * apart * static_cast<double>(counts_[i]);
  }
  return sum;
}

ValueRange ValueHistogram::least_error() const {
  ValueRange best = whole();
  if (counts_.empty()) return best;
  double least = error(best);
  const auto try_out = [&](ValueRange range) {
    const double cost = error(range);
    if (cost >= least) return false;
    least = cost;
    best = range;
    return true;
  };
  for (int round = 0; round < kRounds; ++round) {
    bool better = false;
    for (int step = 1; step < kSteps; ++step) {
      const float share = static_cast<float>(step) / kSteps;
      better = try_out({best.low, high_ * share}) || better;
    }
    for (int step = 1; step < kSteps && low_ < 0; ++step) {
      const float share = static_cast<float>(step) / kSteps;
      better = try_out({low_ * share, best.high}) || better;
    }
    if (!better) break;
  }
  return best;
}

}  // namespace signpost
