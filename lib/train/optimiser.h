#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "train/torch_network.h"
#include "train/weights.h"

namespace signpost {

/// A small data set needs its steps more than it needs large batches: the largest power of two, 16
/// to 128, that leaves at least 800 steps.
int default_batch_size(std::uint64_t samples, int epochs);

/// The peak grows with the square root of the batch, as the noise of its gradient falls.
double default_learning_rate(int batch_size);

/// The learning rate of a step: up from a tenth to the peak over the first 30 %, then down to
/// nothing, by cosines.
double one_cycle(double peak, std::uint64_t step, std::uint64_t steps);

/// SGD with Nesterov momentum 0.9 and weight decay, and the moving average of the weights, over the
/// buffers and those parameters of one network that take gradients. The network must outlive it.
class Optimiser {
 public:
  /// `steps` is the length of the whole run: the average's window follows from it.
  Optimiser(TorchNetwork& network, std::uint64_t steps);

  /// Uses up the gradients and moves the average along. `index` counts from 0 over the whole run.
  void step(std::uint64_t index, double learning_rate);

  /// Exchanges the network's weights with their average; a second call exchanges them back.
  void swap_average();

  /// The state after a whole epoch, RUN/checkpoint.safetensors: replaced whole, or not at all.
  void write_checkpoint(const std::filesystem::path& run, std::uint64_t epochs_done) const;

  /// Loads the checkpoint, if there is one, and tells how many epochs are done.
  /// Throws Error{input} if it is damaged or belongs to another network.
  std::uint64_t read_checkpoint(const std::filesystem::path& run);

  static constexpr double kWeightDecay = 5e-4;  ///< not on norms and biases

 private:
  std::uint64_t steps_;
  std::vector<torch::Tensor> parameters_, momentum_, tracked_, average_;
  std::vector<bool> decays_;
};

}  // namespace signpost
