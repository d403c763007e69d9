#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sample/sample.h"
#include "store/database.h"

namespace signpost {

/// Four columns from `column` on; nothing if they are NULL.
std::optional<Roi> roi_of(const Statement& row, int column);

/// Where in the order of the digests a random order begins.
std::string random_start(std::uint64_t seed);

/// The median time from sight to verdict of what an annotator has not withdrawn.
std::optional<double> median_ms(Database& database, const std::string& annotator);

}  // namespace signpost
