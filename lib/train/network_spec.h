#pragma once

#include <string>
#include <vector>

namespace signpost {

/// One step of a network. Its inputs are earlier steps, by index; -1 is the normalised image (N x 3
/// x px x px). Both the trainer's modules and the exported graph are built from this one
/// description.
struct Layer {
  enum class Kind {
    convolution,  ///< square kernel, zero padding; with batch norm it has no bias of its own
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
  int kernel = 1, stride = 1, padding = 0, groups = 1;
  Activation activation = Activation::none;
  double dropout = 0;
};

struct NetworkSpec {
  std::string name;
  int input_px = 48;
  int classes = 0;
  std::vector<Layer> layers;  ///< in order of execution; the last one gives the logits, N x classes

  /// Trainable numbers: weights, biases, and the scales and shifts of batch norms.
  std::size_t parameter_count() const;
  /// Multiplications for one image.
  std::size_t multiply_count() const;
};

/// The networks by name:
///   signnet  our own: a residual network (He, Zhang, Ren, Sun, "Deep residual learning", CVPR
///   2016) of three stages, sized
///            for a sign of 48 px on a phone: about 0.5 M parameters, 45 M multiplications at 48
///            px.
/// Throws Error{usage} for an unknown name.
NetworkSpec make_network(const std::string& name, int input_px, int classes);

/// The names that make_network knows.
std::vector<std::string> network_names();

}  // namespace signpost
