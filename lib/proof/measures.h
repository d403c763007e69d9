#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "curate/evaluation.h"
#include "curate/measure.h"
#include "device/classifier.h"
#include "device/latency.h"
#include "proof/abstain.h"
#include "proof/gates.h"

namespace signpost {

/// A package's network as curate/measure.h asks it: by the device's engine, on as many threads as
/// ask.
Predictor predictor_of(const std::shared_ptr<Classifier>& classifier);

/// What a package costs on this machine.
struct DeviceMeasures {
  std::uint64_t bytes = 0;  ///< of the file
  std::uint64_t multiplications = 0;
  Latency latency;
  std::optional<std::uint64_t> memory;  ///< proof/memory.h: opening it, and one answer
  double golden_difference = 0;         ///< the largest one of probabilities
};

/// Opens the package anew. Throws Error{input} where it does not run right here.
DeviceMeasures measure_device(const std::filesystem::path& package);

/// What a package says of labelled samples.
struct SampleMeasures {
  Evaluation evaluation;
  std::vector<Answered> answers;
  /// SHA-256 over "ID LABEL SHA256" of each sample, in the order of these lines: tells whether two
  /// streams hold the same samples, wherever their images lie.
  std::string digest;
};

/// Throws as `measure` does.
SampleMeasures measure_samples(const std::shared_ptr<Classifier>& classifier,
                               const MeasureOptions& options, Rejects& rejects, Progress& progress);

/// Adds what gates ask for; what could not be measured is left out.
void add_figures(const DeviceMeasures& device, Measured& measured);
void add_figures(const Evaluation& evaluation, Measured& measured);
/// `coverage` and `accuracy` of accepted predictions; nothing is known of an accuracy where none
/// was accepted.
void add_figures(const AbstainCheck& check, Measured& measured);
/// Licence and provenance.
void add_figures(const PackageContents& contents, Measured& measured);

}  // namespace signpost
