#pragma once

#include <torch/torch.h>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
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
  torch::Tensor forward(torch::Tensor images) { return values(std::move(images)).back(); }
  /// What each layer gives, in the order of the spec.
  std::vector<torch::Tensor> values(torch::Tensor images);
  const NetworkSpec& spec() const { return spec_; }
  torch::Device device() const;

  /// Parameters and batch norm statistics under their names, as float32 copies in the shapes of
  /// PyTorch.
  Weights weights() const;
  /// The reverse. Throws Error{input} if a name is missing or a shape differs.
  void load(const Weights& weights);

  /// From now on only the classifier learns: the parameters before it take no gradient, and their
  /// batch norms stay in evaluation mode, so that their statistics do not move either.
  void freeze_backbone();
  void train(bool on = true) override;

  /// Whether the batch norms before the classifier do nothing but add a bias (weight 1, mean 0,
  /// variance 1): their scales were multiplied into the convolutions, as for a device.
  bool norms_are_folded() const;
  /// Gives every batch norm the statistics of what its convolution makes of the images that `next`
  /// yields, until it yields nothing, and changes its weight and bias so that the network computes
  /// what it computed before. A folded network can then be trained: batch norms normalise by the
  /// batch while they learn, which would otherwise throw the folded scales away. Filters are
  /// brought to unit length, as a norm behind them undoes any: what a step of descent turns a
  /// filter by grows with the inverse square of its length (van Laarhoven, "L2 regularization
  /// versus batch and weight normalization", 2017), and folding leaves lengths of every size.
  void unfold_norms(const std::function<std::optional<torch::Tensor>()>& next);

 private:
  struct Step {
    torch::nn::Conv2d convolution{nullptr};
    torch::nn::BatchNorm2d norm{nullptr};
    torch::nn::Linear linear{nullptr};
  };
  torch::Tensor convolved(std::size_t index, torch::Tensor x);
  std::vector<torch::Tensor> tensors() const;  ///< in the order of spec_.weight_shapes()

  NetworkSpec spec_;
  std::vector<Step> steps_;
  bool frozen_ = false;
  std::function<void(std::size_t, const torch::Tensor&)> watch_;  ///< sees what norms are given
};

/// The values and the shape of a tensor, as float32, in memory of their own.
WeightTensor copy_of(const torch::Tensor& tensor);

/// Views of pixels, count x size x size x 3, and of one number a channel, as `normalise` takes
/// them.
torch::Tensor pixel_tensor(std::span<const std::uint8_t> pixels, std::size_t count, int size);
torch::Tensor channels(const std::array<float, 3>& values);

/// uint8 images, N x px x px x 3, to what TorchNetwork takes.
torch::Tensor normalise(const torch::Tensor& images, const torch::Tensor& mean,
                        const torch::Tensor& deviation);

/// Normalised images, N x 3 x h x w, at `px` x `px`: bilinear, antialiased. As they are if they
/// have that size.
torch::Tensor resized(const torch::Tensor& images, int px);

}  // namespace signpost
