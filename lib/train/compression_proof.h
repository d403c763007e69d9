#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/file.h"
#include "train/compression.h"
#include "train/run_model.h"

namespace signpost {

/// A network in another form than the trainer's, measured before it is packaged.
struct CompressionProof {
  CompressionCost cost;
  std::uint64_t compared = 0, agreeing = 0;  ///< engine and reference
  std::string refusal{};                     ///< how they differ; empty if they do not
};

/// Runs the validation samples of a run through the trained network and, as `onnx` in `precision`,
/// through the device's engine, and about `parity_samples` of them (0: all), spread over the whole,
/// through OnnxReference too. Engine and reference must give the same label with probabilities
/// within 1e-3; of int8, where a number on the border of two steps may fall to either side, one
/// image in four may differ, by less than 0.1. Throws Error{input} if an image cannot be read or the
/// engine does not run the network.
CompressionProof prove_compression(RunModel& model, ByteView onnx, const std::string& precision,
                                   const std::filesystem::path& run,
                                   const std::filesystem::path& root, std::uint64_t parity_samples);

}  // namespace signpost
