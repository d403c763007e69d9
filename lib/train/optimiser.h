#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "train/ranks.h"
#include "train/torch_network.h"
#include "train/weights.h"

namespace signpost {

/// SGD with Nesterov momentum 0.9 and weight decay, and the moving average of the weights, over the
/// buffers and those parameters of one network that take gradients. The network must outlive it.
class Optimiser {
 public:
  /// `steps` is the length of the whole run: the average's window follows from it.
  Optimiser(TorchNetwork& network, std::uint64_t steps);

  /// Gives all ranks the first one's state. Call before the first step.
  void begin_together(Ranks& ranks);

  /// Uses up the gradients, their mean over the ranks, and moves the average along. `index` counts
  /// from 0 over the whole run. Batch norm statistics become the ranks' mean, too.
  void step(std::uint64_t index, double learning_rate, Ranks& ranks);

  /// Exchanges the network's weights with their average; a second call exchanges them back.
  void swap_average();

  /// Remembers the average if this validation loss is the lowest so far; tells whether it is.
  bool keep_best(std::uint64_t epoch, float loss);
  /// The epoch, counted from 1, whose average was the best; 0: none was kept.
  std::uint64_t best_epoch() const { return best_epoch_; }
  /// Makes the average of all ranks what the first one's was then.
  void go_back_to_best(Ranks& ranks);

  /// The state after a whole epoch, RUN/checkpoint.safetensors: replaced whole, or not at all.
  void write_checkpoint(const std::filesystem::path& run, std::uint64_t epochs_done) const;

  /// Loads the checkpoint, if there is one, and tells how many epochs are done.
  /// Throws Error{input} if it is damaged or belongs to another network.
  std::uint64_t read_checkpoint(const std::filesystem::path& run);

  static constexpr double kWeightDecay = 5e-4;  ///< not on norms and biases

 private:
  std::uint64_t steps_;
  std::vector<torch::Tensor> parameters_, momentum_, tracked_, average_, best_;
  std::uint64_t best_epoch_ = 0;
  float best_loss_ = 0;
  std::vector<bool> decays_;
};

}  // namespace signpost
