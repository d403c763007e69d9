#pragma once

#include <functional>

#include "base/archive.h"
#include "base/progress.h"
#include "curate/finding.h"
#include "curate/near_duplicates.h"
#include "sample/stream.h"

namespace signpost {

/// How alike pictures are told (image/similarity.h). Different signs of GTSRB's training set reach
/// 0.80, signs of one class 0.97: docs/decisions/0009-near-duplicates.md.
struct NearLimits {
  double told = 0.9;   ///< from here on it is a finding
  double sure = 0.95;  ///< from here on a leak or a conflict of labels is an error, not a warning
  int sure_side_px = 24;  ///< of both boxes, at least: smaller ones lack the detail to be sure
};

/// Compares the candidates of `pictures` at full resolution, with the images read again, and tells
/// each two groups that hold near-copies: as a leak across sides, as a conflict of labels, or as
/// groups that should be one. `lines` was opened for two passes and read to its end once.
void report_near_copies(NearDuplicates& pictures, LineReader& lines, const BlobReader& blobs,
                        const NearLimits& limits, int jobs, ProgressStyle progress,
                        const std::function<void(const Finding&)>& found);

}  // namespace signpost
