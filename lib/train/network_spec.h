#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace signpost {

/// One step of a network. Its inputs are earlier steps, by index; -1 is the normalised image (N x 3
/// x px x px). Both the trainer's modules and the exported graph are built from this one
/// description.
struct NetworkLayer {
  enum class Kind {
    convolution,  ///< square kernel, zero padding
    add,          ///< of two inputs of one shape
    max_pool,
    global_average,  ///< to N x C
    flatten,         ///< to N x (C * H * W), channels first
    dropout,
    linear  ///< with bias
  };
  enum class Activation { none, relu, relu6 };

  Kind kind = Kind::convolution;
  std::vector<int> inputs;
  std::string name;       ///< of its weights, e.g. "stem.conv": "stem.conv.weight"
  std::string norm_name;  ///< of its batch norm; empty for none
  int in = 0, out = 0;    ///< channels or features
  int kernel = 1, stride = 1, groups = 1;
  int pad_before = 0, pad_after = 0;  ///< rows above and columns left; rows below and columns right
  bool bias = false;                  ///< of a convolution, beside what its batch norm adds
  Activation activation = Activation::none;
  double dropout = 0;
  bool whole_channels = false;  ///< dropout: of channels, not of single numbers
  int side = 1;                 ///< height and width of what comes out
};

/// A tensor that a network needs, under the name that state dicts give it.
struct WeightShape {
  std::string name;
  std::vector<std::int64_t> shape;
};

/// Which network, and how large.
struct NetworkOptions {
  std::string name = "signnet";
  int input_px = 48, classes = 0;
  int width =
      32;  ///< of `signnet` alone: channels of its first stage; the others have 2 and 4 times
  int conv_layers = 6, fc1 = 512, fc2 = 0;  ///< of `cnn` alone; fc2 0: no second hidden layer
  /// Strided convolutions pad as TensorFlow's "SAME" does: nothing but what is needed, and the odd
  /// pixel on the right and at the bottom. Of `mobilenet_v2` alone.
  bool pad_as_tensorflow = false;
};

struct NetworkSpec {
  std::string name;
  int input_px = 48;
  int classes = 0;
  std::vector<NetworkLayer>
      layers;  ///< in order of execution; the last one gives the logits, N x classes

  /// Trainable numbers: weights, biases, and the scales and shifts of batch norms.
  std::size_t parameter_count() const;
  /// Multiplications for one image.
  std::size_t multiply_count() const;
  /// Every tensor, in order of execution: parameters, and the running mean and variance of batch
  /// norms.
  std::vector<WeightShape> weight_shapes() const;
  /// The first layer of the classifier: it and all behind it see no pixels any more.
  std::size_t classifier() const;
};

/// The networks by name; docs/networks.md tells where each comes from:
///   signnet       our own, residual, sized for a sign of 48 px on a phone
///   cnn           of the paper that signpost implements (Creus, Martínez-Fernández, Franch, 2021)
///   mobilenet_v2  Sandler et al., CVPR 2018, as torchvision builds and names it
///   resnet34      He et al., CVPR 2016, as torchvision builds and names it
/// Throws Error{usage} for an unknown name or an image that is too small for the network.
NetworkSpec make_network(const NetworkOptions& options);

/// The names that make_network knows.
std::vector<std::string> network_names();

/// The side of the images for which a network was designed.
int native_input_px(const std::string& network);

/// A configuration that was published, under a name. `classes` is left open.
struct NetworkPreset {
  std::string name;
  NetworkOptions options;
};
/// The rows of the paper's Table I.
const std::vector<NetworkPreset>& network_presets();

}  // namespace signpost
