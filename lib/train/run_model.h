#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "train/run_folder.h"
#include "train/weights.h"

namespace signpost {

/// A finished run, calibrated, for prediction in float32. One thread at a time.
class RunModel {
 public:
  /// Throws Error{input} if the run is not finished or damaged.
  explicit RunModel(const std::filesystem::path& run);
  ~RunModel();
  const RunInfo& info() const;
  /// With the temperature in them (train/calibration.h): what `predict` computes with.
  const Weights& weights() const;
  /// `pixels`: count x size x size x 3, uint8, HWC, as preprocess gives them. `probabilities`:
  /// count x classes.
  void predict(std::span<const std::uint8_t> pixels, std::size_t count,
               std::span<float> probabilities);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Threads for libtorch; 0 means all cores.
void set_training_threads(int jobs);

}  // namespace signpost
