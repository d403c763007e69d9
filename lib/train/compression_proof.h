#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "device/classifier.h"
#include "train/compression.h"
#include "train/run_model.h"

namespace signpost {

/// What was measured of a package in another precision than the trainer's.
struct CompressionProof {
  CompressionCost cost;
  std::uint64_t compared = 0;  ///< images that runner and reference both were asked about
  std::uint64_t agreeing = 0;  ///< of them, with one label and probabilities within 1e-3
  double difference = 0;       ///< the largest one of their probabilities
  std::string first{};         ///< the first disagreement, for people

  double agreement() const {
    return compared == 0 ? 0 : static_cast<double>(agreeing) / static_cast<double>(compared);
  }
};

/// Asks trainer and runner about all validation images of a run, and about `wanted` of them (0:
/// all), spread over the whole, OnnxReference too, with the network as packaged: what the form
/// costs, and whether the runner computes it as ONNX defines it. In int8 a number on the border of
/// two steps may fall to either side, so that a few images differ a little. Relative paths of the
/// records start at `root`. Throws Error{input} on an image that cannot be read.
CompressionProof prove_compression(const std::filesystem::path& run,
                                   const std::filesystem::path& root, std::uint64_t wanted,
                                   RunModel& model, Classifier& classifier);

}  // namespace signpost
