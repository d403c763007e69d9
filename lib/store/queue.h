#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/capture.h"

namespace signpost {

/// What an annotator asks the queue for.
struct QueueRequest {
  std::string annotator;
  CaptureOrder order = CaptureOrder::uncertain;  ///< any but digest
  std::optional<int> predicted = {};             ///< only those predicted as this class
  int count = 1;            ///< how many to hold, the ones held already among them
  int lease_seconds = 900;  ///< after which others may have them
  std::uint64_t seed = 0;   ///< for CaptureOrder::random
};

/// A capture that is the annotator's to label until `until`.
struct QueueItem {
  CaptureState capture;
  std::int64_t until = 0;  ///< milliseconds since 1970
  /// Several people are to label it, each without seeing what the others say: show neither
  /// annotations nor history, and say `blind` when annotating.
  bool blind = false;
  bool skipped = false;  ///< the annotator has put it off before: nothing else is left
};

/// How far an annotator has come.
struct AnnotatorProgress {
  std::int64_t annotations = 0;  ///< made, without those withdrawn
  std::int64_t withdrawn = 0;
  std::int64_t last_day = 0;             ///< made in the last 24 hours, without those withdrawn
  std::optional<double> median_ms = {};  ///< from sight to verdict, where that was told
  std::int64_t left = 0;                 ///< captures that the queue could still offer
};

}  // namespace signpost
