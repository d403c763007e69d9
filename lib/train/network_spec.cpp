#include "train/network_spec.h"

#include <fmt/format.h>

#include "base/error.h"
#include "train/network_builder.h"

namespace signpost {

std::vector<std::string> network_names() { return {"signnet", "cnn", "mobilenet_v2", "resnet34"}; }

int native_input_px(const std::string& network) {
  if (network == "signnet") return 48;
  return network == "cnn" ? 256 : 224;
}

const std::vector<NetworkPreset>& network_presets() {
  static const std::vector<NetworkPreset> presets = {
      {"cnn-5-256", {.name = "cnn", .input_px = 256, .conv_layers = 5, .fc1 = 1024}},
      {"cnn-6-256", {.name = "cnn", .input_px = 256, .conv_layers = 6, .fc1 = 512}},
      {"cnn-6-512", {.name = "cnn", .input_px = 512, .conv_layers = 6, .fc1 = 2048}},
  };
  return presets;
}

NetworkSpec make_network(const NetworkOptions& options) {
  NetworkSpec spec;
  spec.name = options.name;
  spec.input_px = options.input_px;
  spec.classes = options.classes;
  if (options.name == "signnet") {
    build_signnet(spec, options);
  } else if (options.name == "cnn") {
    build_cnn(spec, options);
  } else if (options.name == "mobilenet_v2") {
    build_mobilenet_v2(spec, options);
  } else if (options.name == "resnet34") {
    build_resnet34(spec);
  } else {
    throw Error(Blame::usage, fmt::format("there is no network {}; known are {}", options.name,
                                          fmt::join(network_names(), ", ")));
  }
  return spec;
}

std::vector<WeightShape> NetworkSpec::weight_shapes() const {
  std::vector<WeightShape> shapes;
  for (const NetworkLayer& layer : layers) {
    const bool convolution = layer.kind == NetworkLayer::Kind::convolution;
    if (convolution) {
      shapes.push_back({layer.name + ".weight",
                        {layer.out, layer.in / layer.groups, layer.kernel, layer.kernel}});
    } else if (layer.kind == NetworkLayer::Kind::linear) {
      shapes.push_back({layer.name + ".weight", {layer.out, layer.in}});
    } else {
      continue;
    }
    if (!convolution || layer.bias) shapes.push_back({layer.name + ".bias", {layer.out}});
    if (layer.norm_name.empty()) continue;
    for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"}) {
      shapes.push_back({layer.norm_name + part, {layer.out}});
    }
  }
  return shapes;
}

std::size_t NetworkSpec::parameter_count() const {
  std::size_t count = 0;
  for (const WeightShape& weight : weight_shapes()) {
    if (weight.name.find(".running_") != std::string::npos) continue;
    std::size_t elements = 1;
    for (const std::int64_t side : weight.shape) elements *= static_cast<std::size_t>(side);
    count += elements;
  }
  return count;
}

std::size_t NetworkSpec::multiply_count() const {
  std::size_t count = 0;
  for (const NetworkLayer& layer : layers) {
    const auto in = static_cast<std::size_t>(layer.in), out = static_cast<std::size_t>(layer.out);
    if (layer.kind == NetworkLayer::Kind::convolution) {
      const auto taps = static_cast<std::size_t>(layer.kernel * layer.kernel);
      const auto area = static_cast<std::size_t>(layer.side) * static_cast<std::size_t>(layer.side);
      count += area * out * in / static_cast<std::size_t>(layer.groups) * taps;
    } else if (layer.kind == NetworkLayer::Kind::linear) {
      count += in * out;
    }
  }
  return count;
}

std::size_t NetworkSpec::classifier() const {
  std::size_t first = 0;
  while (layers[first].kind != NetworkLayer::Kind::linear) ++first;
  return first;
}

}  // namespace signpost
