#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "train/network_spec.h"
#include "train/weights.h"

namespace signpost {

/// What images a network's weights were trained on. torchvision: RGB in [0,1], less the mean of
/// ImageNet, over its deviation. tensorflow: RGB in [-1,1], and strided convolutions that pad right
/// and bottom only.
enum class WeightsConvention { automatic, torchvision, tensorflow };

/// Weights to start from, with the preprocessing that they expect.
struct StartingWeights {
  Weights weights;
  std::filesystem::path path;
  std::string digest;  ///< SHA-256 of the file
  std::array<float, 3> mean{}, deviation{};
  bool pad_as_tensorflow = false;
  std::string origin;       ///< of the preprocessing: "the run's", "torchvision's", "TensorFlow's"
  bool fresh_head = false;  ///< by fit_weights: the network's last layer is not among them
  std::size_t unused = 0;   ///< tensors of the file that the network does not have
};

/// The file that `given` names: a path, the folder of a finished run, or else a file of `folder`
/// whose name is `given` with .safetensors, .pth or .pt behind it, or begins with `given` and "-"
/// or "_" (as in resnet34-b627a593.pth). Throws Error{usage} that tells what there is if it is
/// none, or more than one.
std::filesystem::path find_weights(const std::string& given, const std::filesystem::path& folder);

/// Reads weights for `network`: safetensors, or a state dict in PyTorch's zip, told apart by their
/// first bytes. Where the file lies in a run, the run says what its images were; otherwise
/// `convention` does. `automatic` means torchvision, or tensorflow for a classifier of 1001 outputs
/// (ImageNet's classes behind a background class, as TensorFlow's networks have it). Throws
/// Error{input} that begins with the path, and Error{usage} for a run with another convention than
/// `automatic`.
StartingWeights read_starting_weights(const std::filesystem::path& path, const std::string& network,
                                      WeightsConvention convention);

/// Checks that `start` holds every tensor of `spec` in its shape, and removes what the network does
/// not have. Its last layer may be missing or of another number of classes, and is then removed
/// too, for a fresh one. Throws Error{input} that begins with the path and names what is missing or
/// does not fit.
void fit_weights(const NetworkSpec& spec, StartingWeights& start);

}  // namespace signpost
