#pragma once

#include <functional>

#include "base/archive.h"
#include "curate/finding.h"
#include "curate/near_duplicates.h"
#include "sample/stream.h"

namespace signpost {

/// Compares the candidates of `pictures` at full resolution, with the images read again, and tells
/// each two groups that hold near-copies: as a leak across sides, as a conflict of labels, or as
/// groups that should be one. `lines` was opened for two passes and read to its end once.
void report_near_copies(NearDuplicates& pictures, LineReader& lines, const BlobReader& blobs,
                        double threshold, int jobs,
                        const std::function<void(const Finding&)>& found);

}  // namespace signpost
