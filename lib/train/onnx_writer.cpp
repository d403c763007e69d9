#include "train/onnx_writer.h"

#include <cmath>

#include "compress/onnx_file.h"

namespace signpost {
namespace {

constexpr int kOpset = 13, kIrVersion = 7;
constexpr double kNormEpsilon = 1e-5;  // that of the trainer's batch norms

/// Convolution weights and bias with the batch norm behind them multiplied in.
void folded(const NetworkLayer& layer, const Weights& weights, WeightTensor& kernel,
            std::vector<float>& bias) {
  kernel = weight(weights, layer.name + ".weight");
  const auto out = static_cast<std::size_t>(layer.out);
  if (layer.norm_name.empty()) {
    bias = weight(weights, layer.name + ".bias").values;
    return;
  }
  const auto& scale = weight(weights, layer.norm_name + ".weight").values;
  const auto& shift = weight(weights, layer.norm_name + ".bias").values;
  const auto& mean = weight(weights, layer.norm_name + ".running_mean").values;
  const auto& variance = weight(weights, layer.norm_name + ".running_var").values;
  const std::size_t each = kernel.values.size() / out;
  bias = layer.bias ? weight(weights, layer.name + ".bias").values : std::vector<float>(out);
  for (std::size_t c = 0; c < out; ++c) {
    const double factor = scale.at(c) / std::sqrt(variance.at(c) + kNormEpsilon);
    for (std::size_t k = 0; k < each; ++k) {
      kernel.values[c * each + k] = static_cast<float>(kernel.values[c * each + k] * factor);
    }
    bias.at(c) = static_cast<float>(shift.at(c) + (bias.at(c) - mean.at(c)) * factor);
  }
}

void describe(onnx::ValueInfoProto& value, const char* name, int type,
              const std::vector<std::int64_t>& shape) {
  value.set_name(name);
  onnx::TypeProto::Tensor* tensor = value.mutable_type()->mutable_tensor_type();
  tensor->set_elem_type(type);
  for (const std::int64_t side : shape) {
    onnx::TensorShapeProto::Dimension* dimension = tensor->mutable_shape()->add_dim();
    if (side < 0) {
      dimension->set_dim_param("N");
    } else {
      dimension->set_dim_value(side);
    }
  }
}

/// (x - mean) / deviation as x * scale + bias, then channels first.
std::string write_normalisation(OnnxGraph& graph, const RunInfo& info) {
  std::vector<float> scale, bias;
  for (std::size_t c = 0; c < 3; ++c) {
    scale.push_back(1 / info.deviation[c]);
    bias.push_back(-info.mean[c] / info.deviation[c]);
  }
  graph.initialiser("normalise.scale", {3}, scale);
  graph.initialiser("normalise.bias", {3}, bias);
  set_integer(graph.node("Cast", {"image"}, "image.float"), "to", onnx::TensorProto::FLOAT);
  graph.node("Mul", {"image.float", "normalise.scale"}, "image.scaled");
  graph.node("Add", {"image.scaled", "normalise.bias"}, "image.normal");
  set_integers(graph.node("Transpose", {"image.normal"}, "image.planes"), "perm", {0, 3, 1, 2});
  return "image.planes";
}

/// Writes one layer and returns the name of its value.
std::string write_layer(OnnxGraph& graph, const NetworkLayer& layer, const Weights& weights,
                        const std::vector<std::string>& inputs, const std::string& name) {
  const std::int64_t k = layer.kernel, s = layer.stride;
  const std::vector<std::int64_t> pads = {layer.pad_before, layer.pad_before, layer.pad_after,
                                          layer.pad_after};
  std::string value = name;
  switch (layer.kind) {
    case NetworkLayer::Kind::convolution: {
      WeightTensor kernel;
      std::vector<float> bias;
      folded(layer, weights, kernel, bias);
      graph.initialiser(layer.name + ".weight", kernel.shape, kernel.values);
      graph.initialiser(layer.name + ".bias", {layer.out}, bias);
      onnx::NodeProto& node =
          graph.node("Conv", {inputs[0], layer.name + ".weight", layer.name + ".bias"}, value);
      set_integers(node, "kernel_shape", {k, k});
      set_integers(node, "pads", pads);
      set_integers(node, "strides", {s, s});
      set_integer(node, "group", layer.groups);
      break;
    }
    case NetworkLayer::Kind::add:
      graph.node("Add", {inputs[0], inputs[1]}, value);
      break;
    case NetworkLayer::Kind::max_pool: {
      onnx::NodeProto& node = graph.node("MaxPool", {inputs[0]}, value);
      set_integers(node, "kernel_shape", {k, k});
      set_integers(node, "pads", pads);
      set_integers(node, "strides", {s, s});
      break;
    }
    case NetworkLayer::Kind::global_average:
      graph.node("GlobalAveragePool", {inputs[0]}, value + ".pooled");
      set_integer(graph.node("Flatten", {value + ".pooled"}, value), "axis", 1);
      break;
    case NetworkLayer::Kind::flatten:
      set_integer(graph.node("Flatten", {inputs[0]}, value), "axis", 1);
      break;
    case NetworkLayer::Kind::dropout:
      return inputs[0];
    case NetworkLayer::Kind::linear: {
      const WeightTensor& matrix = weight(weights, layer.name + ".weight");
      graph.initialiser(layer.name + ".weight", matrix.shape, matrix.values);
      graph.initialiser(layer.name + ".bias", {layer.out},
                        weight(weights, layer.name + ".bias").values);
      set_integer(
          graph.node("Gemm", {inputs[0], layer.name + ".weight", layer.name + ".bias"}, value),
          "transB", 1);
      break;
    }
  }
  if (layer.activation == NetworkLayer::Activation::relu) {
    graph.node("Relu", {value}, value + ".relu");
    value += ".relu";
  } else if (layer.activation == NetworkLayer::Activation::relu6) {
    graph.initialiser(value + ".low", {}, std::vector{0.0f});
    graph.initialiser(value + ".high", {}, std::vector{6.0f});
    graph.node("Clip", {value, value + ".low", value + ".high"}, value + ".clip");
    value += ".clip";
  }
  return value;
}

}  // namespace

Bytes write_onnx(const NetworkSpec& spec, const Weights& weights, const RunInfo& info,
                 const std::map<std::string, std::string>& metadata) {
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("signpost");
  model.add_opset_import()->set_version(kOpset);
  for (const auto& [key, value] : metadata) {
    onnx::StringStringEntryProto* entry = model.add_metadata_props();
    entry->set_key(key);
    entry->set_value(value);
  }
  onnx::GraphProto* graph_proto = model.mutable_graph();
  graph_proto->set_name(spec.name);
  describe(*graph_proto->add_input(), "image", onnx::TensorProto::UINT8,
           {-1, spec.input_px, spec.input_px, 3});
  describe(*graph_proto->add_output(), "probabilities", onnx::TensorProto::FLOAT,
           {-1, spec.classes});
  OnnxGraph graph(*graph_proto);
  const std::string image = write_normalisation(graph, info);
  std::vector<std::string> values;
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    std::vector<std::string> inputs;
    for (const int input : spec.layers[i].inputs) {
      inputs.push_back(input < 0 ? image : values[static_cast<std::size_t>(input)]);
    }
    values.push_back(
        write_layer(graph, spec.layers[i], weights, inputs, "layer" + std::to_string(i)));
  }
  set_integer(graph.node("Softmax", {values.back()}, "probabilities"), "axis", 1);
  return checked_onnx(model);
}

}  // namespace signpost
