#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "curate/evaluation.h"
#include "train/calibration.h"
#include "train/objective.h"
#include "train/optimiser.h"
#include "train/preparation.h"
#include "train/torch_network.h"

namespace signpost {

inline constexpr const char* kBfloat16 = "bfloat16";

/// What an epoch of training gave, on augmented samples while the network learned.
struct EpochFigures {
  double loss = 0, accuracy = 0, learning_rate = 0, images_per_second = 0, seconds = 0;
  int px = 0;  ///< side of its images
};

/// A network that learns: one of the ranks' copies of it, which all stay the same.
class Learner {
 public:
  /// `ready` and `ranks` must outlive it. `words` hears of the weights that it starts from.
  Learner(Prepared& ready, Ranks& ranks, const std::function<void(const std::string&)>& words);

  /// Takes up the state that `run` keeps, if any (the first rank's, for all), and tells how many
  /// epochs are done.
  std::uint64_t resume(const std::filesystem::path& run);

  EpochFigures run_epoch(std::uint64_t epoch, Progress& progress);

  /// Seconds of a training step on images of `px`. What it learns on the way spoils the learner.
  double step_seconds(int px);

  /// Measures the moving average of the weights on the validation samples.
  Evaluation validate(bool bfloat16);
  /// The same in float32, with the temperature that fits.
  CalibratedEvaluation calibrate();

  Optimiser& optimiser() { return optimiser_; }
  TorchNetwork& network() { return network_; }
  bool bfloat16() const { return bfloat16_; }

 private:
  void show(std::uint64_t index, double loss, double accuracy, Progress& progress);
  torch::Tensor step(std::uint64_t index, const Batch& batch, int px, torch::Tensor& targets);

  Prepared& ready_;
  Ranks& ranks_;
  torch::Device device_;
  bool bfloat16_;
  TorchNetwork network_;
  std::uint64_t steps_;
  Optimiser optimiser_;
  Objective objective_;
  torch::Tensor mean_, deviation_;
  double last_loss_ = 0;
  std::vector<double> curve_;  ///< of the loss, for the live view: one value for each part of a run
  double last_validation_ = 0;  ///< accuracy; 0 before the first
};

/// How long things take here, for --budget.
struct Rates {
  std::function<double(int px)> step_seconds;
  double validation_seconds = 0;
  double final_seconds = 0;  ///< the last measurement, in float32, and the files
};
/// Measures them with a few steps of a network that is thrown away.
Rates measure_rates(Prepared& ready, Ranks& ranks);

}  // namespace signpost
