#pragma once

#include <torch/torch.h>

#include <cstddef>

#include "train/torch_network.h"

namespace signpost {

/// The layer whose feature maps the classifier sees: the last convolution, with what is added to it
/// and its activation.
std::size_t last_feature_maps(const NetworkSpec& spec);

/// Where an image speaks for a class: Grad-CAM (Selvaraju, Cogswell, Das, Vedantam, Parikh, Batra,
/// "Grad-CAM: Visual explanations from deep networks via gradient-based localization", ICCV 2017),
/// on the maps of `last_feature_maps`. Each map is weighted by the mean of the gradient of the
/// class's logit, the sum is cut off below zero, and divided by its largest value.
///
/// `images`: as TorchNetwork takes them. `outputs`: N x int64, the output of the network that each
/// image is asked about. Returns N x side x side, float, in [0, 1]; all zeros where nothing speaks
/// for the class. The network is left in evaluation mode, its gradients as they were.
torch::Tensor grad_cam(TorchNetwork& network, const torch::Tensor& images,
                       const torch::Tensor& outputs);

}  // namespace signpost
