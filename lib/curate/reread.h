#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "sample/sample.h"
#include "sample/stream.h"

namespace signpost {

/// The samples on these lines, which ascend, by line. `lines` was opened for two passes and read to
/// its end once. Memory: the samples.
std::map<std::uint64_t, Sample> samples_on(const std::vector<std::uint64_t>& wanted,
                                           LineReader& lines);

}  // namespace signpost
