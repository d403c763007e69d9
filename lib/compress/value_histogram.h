#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compress/quantise.h"

namespace signpost {

/// How the numbers of one activation are spread, for choosing what int8 shall reach. Memory does
/// not grow with the numbers: bins of equal width around zero, which doubles whenever a number is
/// beyond them. Zeros are not counted, as any range holds zero exactly.
class ValueHistogram {
 public:
  /// Throws Error{input} on one that is not finite.
  void add(std::span<const float> values);

  /// From the least to the largest number, and zero.
  ValueRange whole() const { return {low_, high_}; }

  /// The range, within the whole one, at which rounding and cutting off cost the least mean square
  /// error (Choukroun et al., "Low-bit Quantization of Neural Networks for Efficient Inference",
  /// 2019). Found by moving one end, then the other, in steps of a hundredth of the whole range.
  ValueRange least_error() const;

 private:
  double error(ValueRange range) const;

  float low_ = 0, high_ = 0;
  float limit_ = 0;                    ///< bins reach from -limit_ to limit_, a power of two
  std::vector<std::uint64_t> counts_;  ///< an even number of bins
};

}  // namespace signpost
