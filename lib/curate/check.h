#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "base/progress.h"
#include "curate/finding.h"
#include "sample/catalogue.h"
#include "sample/stream.h"

namespace signpost {

struct CheckOptions {
  bool images = true;          ///< read every image: header, size, digest
  std::filesystem::path root;  ///< that relative image paths start from
  int jobs = 0;
  ProgressStyle progress = ProgressStyle::automatic;
};

struct CheckCounts {
  std::uint64_t samples = 0, errors = 0, warnings = 0;
};

/// Looks at every record of `lines` (opened for two passes), at its image, and at how the records
/// fit together. `found` is called in the order of the records, from one thread at a time; findings
/// between records come last. Lines that are no samples are findings too.
CheckCounts check(LineReader& lines, const Catalogue& catalogue, const CheckOptions& options,
                  const std::function<void(const Finding&)>& found);

}  // namespace signpost
