#include "train/grad_cam.h"

namespace signpost {

std::size_t last_feature_maps(const NetworkSpec& spec) {
  std::size_t last = 0;
  for (std::size_t i = 0; i < spec.classifier(); ++i) {
    const NetworkLayer::Kind kind = spec.layers[i].kind;
    if (kind == NetworkLayer::Kind::convolution || kind == NetworkLayer::Kind::add) last = i;
  }
  return last;
}

torch::Tensor grad_cam(TorchNetwork& network, const torch::Tensor& images,
                       const torch::Tensor& outputs) {
  network.eval();
  const std::vector<torch::Tensor> values = network.values(images);
  const torch::Tensor& maps = values[last_feature_maps(network.spec())];
  // In evaluation mode images do not influence each other: one pass gives all their gradients.
  const torch::Tensor asked = values.back().gather(1, outputs.unsqueeze(1)).sum();
  const torch::Tensor gradient = torch::autograd::grad({asked}, {maps}).front();
  const torch::NoGradGuard no_grad;
  const torch::Tensor weights = gradient.mean({2, 3}, /*keepdim=*/true);
  const torch::Tensor heat = torch::relu((weights * maps).sum(1));
  const torch::Tensor most = heat.amax({1, 2}, /*keepdim=*/true);
  return (heat / most.clamp_min(1e-12)).contiguous();
}

}  // namespace signpost
