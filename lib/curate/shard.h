#pragma once

#include <cstdint>
#include <string_view>

#include "sample/sample.h"

namespace signpost {

/// One of `count` parts of a data set, for that many machines. A sample's part follows from the
/// name of its group alone, so groups stay whole, every sample is in exactly one part, and neither
/// order nor other samples matter.
struct Shard {
  std::uint32_t index = 1, count = 1;  ///< `index` counts from 1

  /// "2/8". Throws Error{usage} on anything else.
  static Shard parse(std::string_view text);

  bool holds(const Sample& sample) const;
};

}  // namespace signpost
