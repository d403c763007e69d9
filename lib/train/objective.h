#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "train/run_folder.h"
#include "train/torch_network.h"

namespace signpost {

/// Finished runs that a student learns from: the mean of their softened probabilities (Hinton,
/// Vinyals, Dean, "Distilling the knowledge in a neural network", 2015). They see the very pixels
/// that the student is shown (Beyer et al., "Knowledge distillation: a good teacher is patient and
/// consistent", CVPR 2022), at their own size.
class Teachers {
 public:
  /// Reads the runs and notes them in `info`. Throws Error{usage} if one has other classes or
  /// another crop margin than the student, Error{input} if it is not finished.
  Teachers(const std::vector<std::filesystem::path>& runs, RunInfo& info);

  bool any() const { return !teachers_.empty(); }
  void move_to(const torch::Device& device);
  /// `images`: uint8, N x px x px x 3. Gives N x classes.
  torch::Tensor probabilities(const torch::Tensor& images, double temperature, bool bfloat16);

 private:
  struct Teacher {
    std::unique_ptr<TorchNetwork> network;
    torch::Tensor mean, deviation;
    int px = 0;
  };
  std::vector<Teacher> teachers_;
};

/// The weight of each class in the loss: its number of training samples to the power of -balance,
/// scaled so that the mean over the samples is 1. Classes without samples have none.
std::vector<double> class_weights(const std::vector<std::uint64_t>& counts, double balance);

/// What training makes small: cross entropy with label smoothing (Szegedy et al., "Rethinking the
/// Inception architecture", CVPR 2016), weighted by class; with teachers, in part the divergence
/// from what they say.
class Objective {
 public:
  /// `weights` is empty where all classes weigh the same.
  Objective(const RunInfo& info, const std::vector<double>& weights, const torch::Device& device);
  /// Float32 logits, int64 targets; `taught` is undefined without teachers.
  torch::Tensor loss(const torch::Tensor& logits, const torch::Tensor& targets,
                     const torch::Tensor& taught) const;

 private:
  double smoothing_, distill_weight_, temperature_;
  torch::Tensor weights_;
};

}  // namespace signpost
