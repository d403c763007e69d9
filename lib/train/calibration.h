#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "curate/evaluation.h"
#include "train/feed.h"
#include "train/run_folder.h"
#include "train/weights.h"

namespace signpost {

/// What makes the probabilities of a run honest: a temperature that was fitted on its validation
/// samples (curate/temperature.h), and how far it helped. It stands in RUN/calibration.json; the
/// weights in the run are those that were trained, without it.
struct Calibration {
  struct Quality {
    double loss = 0, error = 0;  ///< mean negative log-likelihood, expected calibration error
  };
  double temperature = 1;
  Quality before, after;  ///< on the samples that it was fitted on
  /// The same where each half of the groups is measured at a temperature that was fitted on the
  /// other one: what samples that it was not fitted on may expect. Nothing with fewer than two
  /// groups.
  std::optional<Quality> cross_fitted;
  std::vector<Evaluation::Reliability> reliability_before;

  /// One JSON object.
  std::string json() const;
};

struct CalibratedEvaluation {
  Evaluation evaluation;  ///< of the calibrated network
  Calibration calibration;
  /// Evaluation::json with a field "calibration".
  std::string json() const;
};

/// `logits`: what the network gives for the plain crops of `validation`, samples x classes.
CalibratedEvaluation calibrate(const RunInfo& info, const PixelSet& validation,
                               std::span<const float> logits);

void write_calibration(const std::filesystem::path& run, const Calibration& calibration);

/// The weights of a finished run as it answers: those of its last layer are divided by the
/// temperature, so that whatever computes with them gives calibrated probabilities. A run without
/// RUN/calibration.json has a temperature of 1. Throws Error{input} if the run is not finished or
/// damaged.
Weights calibrated_weights(const std::filesystem::path& run, const NetworkSpec& spec);

}  // namespace signpost
