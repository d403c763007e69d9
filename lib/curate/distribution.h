#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace signpost {

/// How often each whole number came. Memory: one entry a number.
class Distribution {
 public:
  void add(int value) {
    ++counts_[value];
    ++total_;
  }
  std::uint64_t count() const { return total_; }

  /// The smallest number that a share `q` of all do not exceed (nearest rank). `count()` > 0.
  int quantile(double q) const;

  /// The share of all that are under `value`, 0 for none at all.
  double share_below(int value) const;

  /// Bar i counts the numbers in [low + i width, low + (i + 1) width).
  struct Bins {
    int low = 0, width = 1;
    std::vector<std::uint64_t> counts;
    bool open = false;  ///< the last bar counts everything above too
  };

  /// At most `most` bars (> 1), whose width is 1, 2 or 5 times a power of ten and whose ends are
  /// multiples of it. Where the largest numbers stand far from the rest (over 1.5 times the 99.5 %
  /// quantile), the last bar is open. No bars for no numbers.
  Bins bins(int most) const;

 private:
  std::map<int, std::uint64_t> counts_;
  std::uint64_t total_ = 0;
};

}  // namespace signpost
