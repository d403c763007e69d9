#include "curate/distribution.h"

#include <algorithm>
#include <cmath>

namespace signpost {
namespace {

/// `value / width` rounded down, for negative numbers too.
int floored(int value, int width) {
  return static_cast<int>(std::floor(static_cast<double>(value) / width));
}

}  // namespace

int Distribution::quantile(double q) const {
  const auto rank =
      static_cast<std::uint64_t>(std::max(1.0, std::ceil(q * static_cast<double>(total_))));
  std::uint64_t seen = 0;
  for (const auto& [value, count] : counts_) {
    seen += count;
    if (seen >= rank) return value;
  }
  return counts_.rbegin()->first;
}

double Distribution::share_below(int value) const {
  if (total_ == 0) return 0;
  std::uint64_t below = 0;
  for (auto it = counts_.begin(); it != counts_.end() && it->first < value; ++it)
    below += it->second;
  return static_cast<double>(below) / static_cast<double>(total_);
}

Distribution::Bins Distribution::bins(int most) const {
  Bins bins;
  if (total_ == 0) return bins;
  const int low = counts_.begin()->first, usual = quantile(0.995);
  const int largest = counts_.rbegin()->first;
  const bool far = largest > usual + usual / 2;
  const int high = far ? usual : largest;
  for (int ten = 1;; ten *= 10) {
    for (const int times : {1, 2, 5}) {
      bins.width = times * ten;
      if (floored(high, bins.width) - floored(low, bins.width) < most) {
        bins.low = floored(low, bins.width) * bins.width;
        const int last = floored(high, bins.width) - floored(low, bins.width);
        bins.counts.resize(static_cast<std::size_t>(last) + 1);
        for (const auto& [value, count] : counts_) {
          const int bar = floored(value - bins.low, bins.width);
          bins.open = bins.open || bar > last;
          bins.counts[static_cast<std::size_t>(std::min(bar, last))] += count;
        }
        return bins;
      }
    }
  }
}

}  // namespace signpost
