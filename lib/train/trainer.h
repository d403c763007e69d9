#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/rejects.h"
#include "train/calibration.h"
#include "train/network_spec.h"
#include "train/pretrained.h"
#include "train/run_folder.h"
#include "train/weights.h"

namespace signpost {

struct TrainOptions {
  std::string manifest = "-";
  std::filesystem::path root;
  std::filesystem::path run;
  NetworkOptions network{.input_px = 0};  ///< size 0: what the stream's crops say, or its native
  std::string weights;  ///< to start from: a file, a run, or a name in `weights_folder`; or empty
  std::filesystem::path weights_folder;
  WeightsConvention convention = WeightsConvention::automatic;
  bool freeze_backbone = false;   ///< train the classifier alone; needs `weights`
  std::string classes = "gtsrb";  ///< class catalogue
  std::string augment = "road";   ///< recipe, or "none"
  int epochs = 12;
  int batch_size = 0;        ///< 0: 128, or less where there is little data
  double learning_rate = 0;  ///< the peak of the one-cycle schedule; 0: by the batch size, and a
                             ///< tenth of that with `weights`
  std::uint64_t seed = 0;
  int jobs = 0;
  bool resume = false, force = false;
  ProgressStyle progress = ProgressStyle::automatic;
};

struct TrainResult {
  RunInfo info;
  CalibratedEvaluation validation;
  double seconds = 0;  ///< this call alone, reading included
};

/// Trains a network on the "train" samples of a stream and measures it on the "val" ones.
///
/// Stochastic gradient descent with Nesterov momentum 0.9 and weight decay (not on norms and
/// biases), one-cycle schedule (Smith and Topin, "Super-convergence", 2018), label smoothing 0.1,
/// and a moving average of the weights, which is what is kept. Passes run channels-last, in
/// bfloat16 where the processor has it and in float32 elsewhere. At the end a temperature is fitted
/// on the validation samples (train/calibration.h).
///
/// With `weights`, the network starts from them: images are normalised as they expect, and a last
/// layer for other classes is replaced by a fresh one. Batch norms that were folded are unfolded on
/// 512 training images first, unless the backbone is frozen, with its batch norm statistics.
///
/// The same stream, options, machine and number of jobs give the same weights, whether or not the
/// run was interrupted and resumed. `words` gets one line for people after each epoch. Throws
/// Error{usage} if the run exists (and neither resume nor force is set) or does not match what is
/// resumed, Error{input} for bad data, Interrupted after SIGINT: the run can then be resumed.
TrainResult train(const TrainOptions& options, Rejects& rejects,
                  const std::function<void(const std::string&)>& words);

/// A finished run, calibrated, for prediction in float32. One thread at a time.
class RunModel {
 public:
  /// Throws Error{input} if the run is not finished or damaged.
  explicit RunModel(const std::filesystem::path& run);
  ~RunModel();
  const RunInfo& info() const;
  /// With the temperature in them: what `predict` computes with.
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
