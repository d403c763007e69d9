#include "compress/quantise.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/error.h"
#include "compress/onnx_file.h"

namespace signpost {
namespace {

constexpr float kLargestBias = 0x1p30f;  // leaves room for the sum of products in an int32

bool is_any(const std::string& op, std::initializer_list<const char*> ops) {
  return std::ranges::find(ops, op) != ops.end();
}
bool is_weighted(const onnx::NodeProto& node) { return is_any(node.op_type(), {"Conv", "Gemm"}); }
bool is_clamp(const onnx::NodeProto& node) { return is_any(node.op_type(), {"Relu", "Clip"}); }

/// Where quantised values stand in a network.
class Layout {
 public:
  explicit Layout(const onnx::GraphProto& graph) {
    std::map<std::string, std::vector<const onnx::NodeProto*>> readers;
    for (const onnx::NodeProto& node : graph.node()) {
      for (const std::string& input : node.input()) readers[input].push_back(&node);
    }
    bool inside = false;
    for (const onnx::NodeProto& node : graph.node()) {
      const std::string& value = node.output(0);
      const std::vector<const onnx::NodeProto*>& next = readers[value];
      const bool alone = next.size() == 1;
      if (node.op_type() == "Transpose") {
        inside = true;
        measured_.push_back(value);
      } else if (!inside) {
        continue;  // what makes the normalised image of the pixels
      } else if (is_any(node.op_type(), {"MaxPool", "Flatten", "Reshape"})) {
        followers_[value] = node.input(0);
      } else if (is_weighted(node) || is_clamp(node) ||
                 is_any(node.op_type(), {"Add", "GlobalAveragePool", "AveragePool"})) {
        const bool clamped = alone && is_clamp(*next[0]);
        const bool answer = alone && next[0]->op_type() == "Softmax";
        if (!clamped && !answer) measured_.push_back(value);
      } else if (node.op_type() != "Softmax") {
        throw Error(Blame::input, "node " + node.name() + " (" + node.op_type() +
                                      ") has no int8 form; package the network in float32");
      }
    }
    if (!inside) throw Error(Blame::input, "the network has no normalised image to quantise");
  }

  const std::vector<std::string>& measured() const { return measured_; }
  bool is_measured(const std::string& value) const {
    return std::ranges::find(measured_, value) != measured_.end();
  }
  /// Values that are an earlier one in another order or a choice of it: the earlier one.
  const std::string* source(const std::string& value) const {
    const auto found = followers_.find(value);
    return found == followers_.end() ? nullptr : &found->second;
  }

 private:
  std::vector<std::string> measured_;
  std::map<std::string, std::string> followers_;
};

class Quantiser {
 public:
  Quantiser(const onnx::ModelProto& source, const ValueRanges& ranges)
      : source_(source),
        ranges_(ranges),
        layout_(source.graph()),
        weights_(initialisers_of(source.graph())),
        model_(source),
        graph_(*model_.mutable_graph()) {}

  Bytes run() {
    model_.mutable_graph()->clear_node();
    model_.mutable_graph()->clear_initializer();
    for (const onnx::NodeProto& node : source_.graph().node()) write(node);
    return checked_onnx(model_);
  }

 private:
  /// The name under which other nodes read `value`: what it is after quantisation.
  std::string read_as(const std::string& value) const {
    const auto found = dequantised_.find(value);
    return found == dequantised_.end() ? value : found->second;
  }

  void keep_initialiser(const std::string& name) {
    const auto found = weights_.find(name);
    if (found != weights_.end() && kept_.insert(name).second)
      *model_.mutable_graph()->add_initializer() = *found->second;
  }

  void pair(const std::string& value, const std::string& scale, const std::string& zero_point) {
    graph_.node("QuantizeLinear", {value, scale, zero_point}, value + ".quantised");
    graph_.node("DequantizeLinear", {value + ".quantised", scale, zero_point},
                value + ".dequantised");
    dequantised_[value] = value + ".dequantised";
  }

  void write(const onnx::NodeProto& node) {
    const std::string& value = node.output(0);
    onnx::NodeProto copy = node;
    if (is_weighted(node)) {
      copy.set_input(0, read_as(node.input(0)));
      write_weights(node, copy);
    } else {
      for (int i = 0; i < node.input_size(); ++i) {
        keep_initialiser(node.input(i));
        copy.set_input(i, read_as(node.input(i)));
      }
    }
    *model_.mutable_graph()->add_node() = copy;
    if (layout_.is_measured(value)) {
      const auto range = ranges_.find(value);
      if (range == ranges_.end() || !std::isfinite(range->second.low) ||
          !std::isfinite(range->second.high)) {
        throw Error(Blame::input, "the range of " + value + " was not measured");
      }
      const Affine affine = affine_of(range->second);
      affine_[value] = affine;
      scale_name_[value] = value;
      graph_.initialiser(value + ".scale", {}, std::vector<float>{affine.scale});
      graph_.initialiser(value + ".zero_point", {}, std::vector<std::int8_t>{affine.zero_point});
      pair(value, value + ".scale", value + ".zero_point");
    } else if (const std::string* source = layout_.source(value)) {
      affine_[value] = affine_.at(*source);
      const std::string name = scale_name_[value] = scale_name_.at(*source);
      if (node.op_type() == "MaxPool") pair(value, name + ".scale", name + ".zero_point");
    }
  }

  void write_weights(const onnx::NodeProto& node, onnx::NodeProto& copy) {
    const auto weights = weights_.find(node.input(1));
    const auto bias = node.input_size() > 2 ? weights_.find(node.input(2)) : weights_.end();
    if (weights == weights_.end() || bias == weights_.end()) {
      throw Error(Blame::input, "node " + node.name() + " (" + node.op_type() +
                                    ") needs weights and a bias of its own for int8");
    }
    const std::vector<float> values = floats_of(*weights->second);
    const std::vector<float> biases = floats_of(*bias->second);
    const QuantisedWeights integers =
        quantise_weights(values, biases, affine_.at(node.input(0)).scale);
    const auto channels = static_cast<std::int64_t>(biases.size());
    dequantise(node.input(1), shape_of(*weights->second), integers.weights, integers.scales);
    dequantise(node.input(2), {channels}, integers.bias, integers.bias_scales);
    copy.set_input(1, node.input(1) + ".dequantised");
    copy.set_input(2, node.input(2) + ".dequantised");
  }

  template <typename Integer>
  void dequantise(const std::string& name, const std::vector<std::int64_t>& shape,
                  const std::vector<Integer>& values, const std::vector<float>& scales) {
    const auto channels = static_cast<std::int64_t>(scales.size());
    graph_.initialiser(name, shape, values);
    graph_.initialiser(name + ".scale", {channels}, scales);
    graph_.initialiser(name + ".zero_point", {channels}, std::vector<Integer>(scales.size()));
    set_integer(graph_.node("DequantizeLinear", {name, name + ".scale", name + ".zero_point"},
                            name + ".dequantised"),
                "axis", 0);
  }

  const onnx::ModelProto& source_;
  const ValueRanges& ranges_;
  const Layout layout_;
  const std::map<std::string, const onnx::TensorProto*> weights_;
  onnx::ModelProto model_;
  OnnxGraph graph_;
  std::set<std::string> kept_;
  std::map<std::string, std::string> dequantised_, scale_name_;
  std::map<std::string, Affine> affine_;
};

}  // namespace

Affine affine_of(ValueRange range) {
  const float low = std::min(range.low, 0.0f), high = std::max(range.high, 0.0f);
  Affine affine;
  affine.scale = (high - low) / 255;
  if (!(affine.scale >= std::numeric_limits<float>::min())) return {1, -128};
  affine.zero_point = static_cast<std::int8_t>(
      std::clamp(std::nearbyint(-128 - low / affine.scale), -128.f, 127.f));
  return affine;
}

std::int8_t quantised(float value, Affine affine) {
  const float steps = std::nearbyint(value / affine.scale) + affine.zero_point;
  return static_cast<std::int8_t>(std::clamp(steps, -128.0f, 127.0f));
}

QuantisedWeights quantise_weights(std::span<const float> weights, std::span<const float> bias,
                                  float input_scale) {
  if (bias.empty() || weights.size() % bias.size() != 0)
    throw Error(Blame::input, "weights and bias have different numbers of channels");
  const std::size_t each = weights.size() / bias.size();
  QuantisedWeights result;
  for (std::size_t c = 0; c < bias.size(); ++c) {
    const std::span<const float> channel = weights.subspan(c * each, each);
    float largest = 0;
    for (const float value : channel) {
      if (!std::isfinite(value)) throw Error(Blame::input, "a weight is no finite number");
      largest = std::max(largest, std::abs(value));
    }
    if (!std::isfinite(bias[c])) throw Error(Blame::input, "a bias is no finite number");
    float scale = std::max(largest / 127, std::abs(bias[c]) / (input_scale * kLargestBias));
    if (!(scale >= std::numeric_limits<float>::min())) scale = 1;
    for (const float value : channel) {
      result.weights.push_back(
          static_cast<std::int8_t>(std::clamp(std::nearbyint(value / scale), -127.0f, 127.0f)));
    }
    const float step = input_scale * scale;
    result.scales.push_back(scale);
    result.bias_scales.push_back(step);
    result.bias.push_back(static_cast<std::int32_t>(
        std::clamp(std::nearbyint(double{bias[c]} / double{step}), -0x1p30, 0x1p30)));
  }
  return result;
}

std::vector<std::string> measured_values(ByteView onnx) {
  return Layout(parse_onnx(onnx).graph()).measured();
}

Bytes quantise(ByteView onnx, const ValueRanges& ranges) {
  const onnx::ModelProto source = parse_onnx(onnx);
  return Quantiser(source, ranges).run();
}

}  // namespace signpost
