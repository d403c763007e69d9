#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/file.h"
#include "model/package.h"
#include "train/run_model.h"

namespace signpost {

/// What a golden vector's views point into.
struct Golden {
  Bytes ppm;
  std::vector<std::uint8_t> tensor;
  Box roi;
  std::vector<float> probabilities;
};

/// From RUN/golden, with what the trainer says of them.
std::vector<Golden> make_golden(const std::filesystem::path& run, RunModel& model);

/// Puts what the device's engine says of `onnx` in place of what the trainer says: for a network in
/// another precision, whose engine is compared with a reference (train/compression_proof.h) and
/// then has to say the same on every machine.
void answer_as_the_runner(const Bytes& onnx, std::vector<Golden>& golden);

/// Where the network comes from: package.json's "provenance". `validation`: the digest of the
/// validation samples (proof/measures.h).
std::string provenance_json(const RunInfo& info, const std::string& validation);

/// How the network was trained, for the model card.
std::vector<std::pair<std::string, std::string>> training_facts(const RunInfo& info);

/// What the model card says of the run's temperature, from RUN/evaluation.json; may be empty.
std::string calibration_sentence(const std::string& evaluation);

}  // namespace signpost
