#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "base/progress.h"
#include "curate/class_check.h"
#include "curate/finding.h"
#include "curate/near_report.h"
#include "curate/picture_check.h"
#include "curate/suspects.h"
#include "sample/catalogue.h"
#include "sample/stream.h"

namespace signpost {

struct CheckOptions {
  bool images = true;          ///< decode every image
  std::filesystem::path root;  ///< that relative image paths start from
  int jobs = 0;
  ProgressStyle progress = ProgressStyle::automatic;
  PictureLimits pictures = {};
  ClassCheck::Options classes = {};
  bool near_copies = true;  ///< needs `images`
  NearLimits near = {};
  std::vector<Judge> judges = {};  ///< for label errors; none: they are not looked for
};

struct CheckCounts {
  std::uint64_t samples = 0;
  std::uint64_t judged = 0;  ///< by `judges`
};

/// Looks at every record of `lines` (opened for two passes), at its image, and at how the records
/// fit together. `found` is called in the order of the records, from one thread at a time; findings
/// between records come after them, then near-copies, groups, classes, and suspects by rank. Lines
/// that are no samples are findings too. The same findings at any number of jobs.
CheckCounts check(LineReader& lines, const Catalogue& catalogue, const CheckOptions& options,
                  const std::function<void(const Finding&)>& found);

}  // namespace signpost
