#pragma once

#include <torch/torch.h>

#include <map>
#include <string>
#include <vector>

#include "train/network_spec.h"
#include "train/weights.h"

namespace signpost {

/// The trainable form of a NetworkSpec. Input: normalised images, N x 3 x px x px, float, channels
/// last. Output: logits.
class TorchNetwork : public torch::nn::Module {
 public:
  explicit TorchNetwork(NetworkSpec spec);
  torch::Tensor forward(torch::Tensor images);
  const NetworkSpec& spec() const { return spec_; }

  /// Parameters and batch norm statistics under their names, as float32 copies in the shapes of
  /// PyTorch.
  Weights weights() const;
  /// The reverse. Throws Error{input} if a name is missing or a shape differs.
  void load(const Weights& weights);

 private:
  struct Step {
    torch::nn::Conv2d convolution{nullptr};
    torch::nn::BatchNorm2d norm{nullptr};
    torch::nn::Linear linear{nullptr};
  };
  NetworkSpec spec_;
  std::vector<Step> steps_;
};

/// The values and the shape of a tensor, as float32, in memory of their own.
Tensor copy_of(const torch::Tensor& tensor);

/// uint8 images, N x px x px x 3, to what TorchNetwork takes.
torch::Tensor normalise(const torch::Tensor& images, const torch::Tensor& mean,
                        const torch::Tensor& deviation);

}  // namespace signpost
