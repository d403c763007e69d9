#include "train/network_spec.h"

#include "base/error.h"

namespace signpost {
namespace {

/// Appends layers and names them by their place.
class Builder {
 public:
  explicit Builder(NetworkSpec& spec) : spec_(spec) {}

  int convolution(const std::string& name, int input, int in, int out, int stride,
                  Layer::Activation activation) {
    Layer layer;
    layer.kind = Layer::Kind::convolution;
    layer.inputs = {input};
    layer.name = name + ".conv";
    layer.norm_name = name + ".norm";
    layer.in = in;
    layer.out = out;
    layer.kernel = 3;
    layer.stride = stride;
    layer.padding = 1;
    layer.activation = activation;
    return push(layer);
  }

  int residual(const std::string& name, int input, int channels) {
    const int first =
        convolution(name + ".a", input, channels, channels, 1, Layer::Activation::relu);
    const int second =
        convolution(name + ".b", first, channels, channels, 1, Layer::Activation::none);
    Layer layer;
    layer.kind = Layer::Kind::add;
    layer.inputs = {input, second};
    layer.activation = Layer::Activation::relu;
    layer.in = layer.out = channels;
    return push(layer);
  }

  int global_average(int input, int channels) {
    Layer layer;
    layer.kind = Layer::Kind::global_average;
    layer.inputs = {input};
    layer.in = layer.out = channels;
    return push(layer);
  }

  int linear(const std::string& name, int input, int in, int out) {
    Layer layer;
    layer.kind = Layer::Kind::linear;
    layer.inputs = {input};
    layer.name = name;
    layer.in = in;
    layer.out = out;
    return push(layer);
  }

 private:
  int push(const Layer& layer) {
    spec_.layers.push_back(layer);
    return static_cast<int>(spec_.layers.size()) - 1;
  }
  NetworkSpec& spec_;
};

void build_signnet(NetworkSpec& spec) {
  Builder b(spec);
  int x = b.convolution("stem", -1, 3, 32, 1, Layer::Activation::relu);
  int channels = 32;
  for (const int out : {32, 64, 128}) {
    const std::string stage = "stage" + std::to_string(spec.layers.size() / 4 + 1);
    x = b.convolution(stage + ".down", x, channels, out, 2, Layer::Activation::relu);
    x = b.residual(stage + ".residual", x, out);
    channels = out;
  }
  b.linear("head", b.global_average(x, channels), channels, spec.classes);
}

}  // namespace

std::vector<std::string> network_names() { return {"signnet"}; }

NetworkSpec make_network(const std::string& name, int input_px, int classes) {
  NetworkSpec spec;
  spec.name = name;
  spec.input_px = input_px;
  spec.classes = classes;
  if (name == "signnet") {
    build_signnet(spec);
  } else {
    std::string known;
    for (const std::string& each : network_names()) known += (known.empty() ? "" : ", ") + each;
    throw Error(Blame::usage, "there is no network " + name + "; known are " + known);
  }
  return spec;
}

std::size_t NetworkSpec::parameter_count() const {
  std::size_t count = 0;
  for (const Layer& layer : layers) {
    const auto in = static_cast<std::size_t>(layer.in), out = static_cast<std::size_t>(layer.out);
    const auto kernel = static_cast<std::size_t>(layer.kernel);
    if (layer.kind == Layer::Kind::convolution) {
      count += out * in / static_cast<std::size_t>(layer.groups) * kernel * kernel;
      count += layer.norm_name.empty() ? out : 2 * out;
    } else if (layer.kind == Layer::Kind::linear) {
      count += in * out + out;
    }
  }
  return count;
}

std::size_t NetworkSpec::multiply_count() const {
  std::vector<std::size_t> side(layers.size(), 1);
  std::size_t count = 0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    const auto in = static_cast<std::size_t>(layer.in), out = static_cast<std::size_t>(layer.out);
    const auto kernel = static_cast<std::size_t>(layer.kernel),
               stride = static_cast<std::size_t>(layer.stride);
    const std::size_t before = layer.inputs[0] < 0
                                   ? static_cast<std::size_t>(input_px)
                                   : side[static_cast<std::size_t>(layer.inputs[0])];
    switch (layer.kind) {
      case Layer::Kind::convolution:
      case Layer::Kind::max_pool:
        side[i] = (before + 2 * static_cast<std::size_t>(layer.padding) - kernel) / stride + 1;
        if (layer.kind == Layer::Kind::convolution) {
          count += side[i] * side[i] * out * in / static_cast<std::size_t>(layer.groups) * kernel *
                   kernel;
        }
        break;
      case Layer::Kind::linear:
        count += in * out;
        break;
      case Layer::Kind::add:
      case Layer::Kind::dropout:
        side[i] = before;
        break;
      case Layer::Kind::global_average:
      case Layer::Kind::flatten:
        break;
    }
  }
  return count;
}

}  // namespace signpost
