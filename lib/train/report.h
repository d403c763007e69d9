#pragma once

#include <string>
#include <string_view>

#include "train/calibration.h"
#include "train/run_folder.h"

namespace signpost {

/// A page for people about a run: the figures, the curves of loss and accuracy, accuracy by size
/// and brightness, calibration, the worst images, the confusion matrix, each class. Self-contained
/// HTML5: no script, no network. `metrics` is the text of metrics.ndjson.
std::string training_report(const RunInfo& info, const CalibratedEvaluation& validation,
                            std::string_view metrics);

}  // namespace signpost
