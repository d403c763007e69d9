#pragma once

#include <string>

#include "train/network_spec.h"

namespace signpost {

/// Appends layers to a spec and works out the size of what each gives. Every call returns the index
/// of its layer, for the `input` of a later one. Throws Error{usage} where the image is used up.
class NetworkBuilder {
 public:
  using Activation = NetworkLayer::Activation;
  explicit NetworkBuilder(NetworkSpec& spec, bool pad_as_tensorflow = false)
      : spec_(spec), pad_as_tensorflow_(pad_as_tensorflow) {}

  struct Convolution {
    std::string name, norm_name;
    int out = 0, kernel = 3, stride = 1, groups = 1;
    Activation activation = Activation::relu;
    bool bias = false;
  };
  /// Padded by (kernel - 1) / 2 on every side, so that a stride of 1 keeps the size.
  int convolution(int input, const Convolution& what);
  int add(int left, int right, Activation activation);
  int max_pool(int input, int kernel, int stride, int padding);
  int global_average(int input);
  int flatten(int input);
  int dropout(int input, double share, bool whole_channels);
  int linear(int input, const std::string& name, int out, Activation activation);

  /// Channels, or features, of what layer `input` gives.
  int channels(int input) const;

 private:
  int push(NetworkLayer layer);
  int side(int input) const;

  NetworkSpec& spec_;
  bool pad_as_tensorflow_;
};

/// Each fills the layers of `spec`, whose name, size and classes are set.
void build_signnet(NetworkSpec& spec, const NetworkOptions& options);
void build_cnn(NetworkSpec& spec, const NetworkOptions& options);
void build_mobilenet_v2(NetworkSpec& spec, const NetworkOptions& options);
void build_resnet34(NetworkSpec& spec);

}  // namespace signpost
