#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/rejects.h"
#include "train/calibration.h"
#include "train/network_spec.h"
#include "train/pretrained.h"
#include "train/run_folder.h"

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
  bool mirror =
      true;        ///< show half of the signs mirrored, where the catalogue says what that makes
  int epochs = 0;  ///< 0: by the number of samples, or by `budget_seconds`
  double budget_seconds = 0;  ///< choose the epochs so that the call ends in this time; 0: do not
  int patience = 0;           ///< end after so many epochs without a better one; 0: do not
  int start_px = 0;           ///< begin with images of this size; 0: with the full one
  int batch_size = 0;         ///< of all ranks together; 0: 128, or less for little data
  double learning_rate = 0;   ///< the peak of the one-cycle schedule; 0: by the batch size, and a
                              ///< tenth of that with `weights`
  double label_smoothing = 0.1;
  double class_balance = 0;  ///< 0: all samples weigh the same; 1: all classes do
  std::vector<std::filesystem::path> teachers;  ///< finished runs to learn from
  double distill_weight = 0.7, distill_temperature = 2;
  std::uint64_t seed = 0;
  int jobs = 0;
  bool resume = false, force = false;
  ProgressStyle progress = ProgressStyle::automatic;
};

struct TrainResult {
  RunInfo info;
  CalibratedEvaluation validation;
  double seconds = 0;    ///< this call alone, reading included
  bool is_first = true;  ///< of the ranks: the one that wrote the run
};

/// Trains a network on the "train" samples of a stream and measures it on the "val" ones.
///
/// Stochastic gradient descent with Nesterov momentum 0.9 and weight decay (not on norms and
/// biases), one-cycle schedule, label smoothing, and a moving average of the weights, which is
/// what is kept: of the last epoch or, with `patience`, of the one with the lowest validation loss.
/// Passes run channels-last, in bfloat16 where the processor has it and in float32 elsewhere. At
/// the end a temperature is fitted on the validation samples (train/calibration.h).
///
/// With `weights`, the network starts from them: images are normalised as they expect, and a last
/// layer for other classes is replaced by a fresh one. Batch norms that were folded are unfolded on
/// 512 training images first, unless the backbone is frozen, with its batch norm statistics.
///
/// Where a launcher set WORLD_SIZE, this process is one of several (see Ranks): each reads its part
/// of the training samples, and the first one writes the run.
///
/// The same stream, options, machine and number of jobs give the same weights, whether or not the
/// run was interrupted and resumed. `words` gets one line for people after each epoch. Throws
/// Error{usage} if the run exists (and neither resume nor force is set) or does not match what is
/// resumed, Error{input} for bad data, Interrupted after SIGINT: the run can then be resumed.
TrainResult train(const TrainOptions& options, Rejects& rejects,
                  const std::function<void(const std::string&)>& words);

/// Which of several processes a launcher says that this one is; 0 for one alone.
int launched_rank();

}  // namespace signpost
