#include "device/plan.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "device/planner.h"

namespace signpost {
namespace {

constexpr std::size_t kMaxNodes = 10'000, kMaxInputSize = 1024, kMaxElements = std::size_t{1} << 24,
                      kMaxElementsTogether = std::size_t{1} << 27;
constexpr std::int64_t kMaxWeights = std::int64_t{1} << 26;
constexpr std::uint64_t kMaxMultiplications = std::uint64_t{1} << 34;
constexpr std::int64_t kFirstOpset = 13, kLastOpset = 21;

}  // namespace

Plan Planner::plan() {
  read_frame();
  for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
    const PlanNode node(model_.nodes[i], i, where_);
    for (const std::string_view output : node.node().outputs) {
      if (operands_.contains(output) || weights_.contains(output))
        node.fail("computes " + std::string(output) + ", which is there already");
    }
    add(node);
  }
  const auto output = operands_.find(model_.outputs[0].name);
  if (output == operands_.end())
    fail("the output " + std::string(model_.outputs[0].name) + " is computed by no node");
  if (plan_.steps.empty() || output->second.kind < Operand::Kind::map)
    fail("the output is the image itself");
  if (output->second.codes) fail("the output is quantised; a DequantizeLinear must follow");
  plan_.output = output->second.value;
  settle_types(plan_);
  return std::move(plan_);
}

void Planner::fail(const std::string& what) const {
  throw Error(Blame::input, where_ + ": " + what);
}

void Planner::read_frame() {
  if (model_.opset < kFirstOpset || model_.opset > kLastOpset) {
    fail("is of opset " + std::to_string(model_.opset) + "; the engine runs " +
         std::to_string(kFirstOpset) + " to " + std::to_string(kLastOpset));
  }
  if (model_.nodes.size() > kMaxNodes)
    fail("has " + std::to_string(model_.nodes.size()) + " nodes; that is no network for a device");
  const onnx::ValueInfo* input = nullptr;
  for (const onnx::ValueInfo& candidate : model_.inputs) {
    if (model_.initialisers.contains(candidate.name)) continue;
    if (input) fail("has more than one input");
    input = &candidate;
  }
  if (!input) fail("has no input");
  const std::vector<std::int64_t>& dims = input->dims;
  const bool shaped = dims.size() == 4 && dims[1] == dims[2] && dims[3] == 3 && dims[1] > 0 &&
                      dims[1] <= static_cast<std::int64_t>(kMaxInputSize);
  if (!shaped || input->type != static_cast<int>(onnx::ElementType::uint8))
    fail("the input must be uint8 of [N,S,S,3] with S up to " + std::to_string(kMaxInputSize));
  if (dims[0] > 1)
    fail("is exported for batches of " + std::to_string(dims[0]) + " images; leave N free");
  if (model_.outputs.size() != 1)
    fail("has " + std::to_string(model_.outputs.size()) + " outputs; one is supported");
  plan_.size = static_cast<std::size_t>(dims[1]);
  plan_.values.push_back({{3, plan_.size, plan_.size}, {}});
  producer_.resize(1);
  value_uses_.resize(1);
  operands_[input->name].kind = Operand::Kind::pixels;
  for (const onnx::Node& node : model_.nodes) {
    for (const std::string_view name : node.inputs) ++uses_[name];
    for (const std::string_view name : node.outputs) later_.insert(name);
  }
  ++uses_[model_.outputs[0].name];
  check_weights();
}

void Planner::check_weights() const {
  std::unordered_map<std::string_view, std::int64_t> sizes;
  for (const auto& [name, tensor] : model_.initialisers)
    sizes[name] = std::max(std::int64_t{0}, tensor.elements());
  std::int64_t all = 0;
  for (const onnx::Node& node : model_.nodes) {
    std::int64_t most = 0;
    for (const std::string_view name : node.inputs) {
      if (const auto found = sizes.find(name); found != sizes.end())
        most = std::max(most, found->second);
    }
    all += most;
    if (all > kMaxWeights) fail("unpacks to over 2^26 weights; that is no network for a device");
    if (most > 0 && (node.op == "Cast" || node.op == "DequantizeLinear")) {
      for (const std::string_view name : node.outputs) sizes.try_emplace(name, most);
    }
  }
}

void Planner::add(const PlanNode& node) {
  const std::string_view op = node.node().op;
  if (!node.node().domain.empty() && node.node().domain != "ai.onnx")
    node.fail("is of the domain " + std::string(node.node().domain) + ", which is not supported");
  if (op == "Cast") return cast(node);
  if (op == "Mul") return multiply(node);
  if (op == "Add") return add_or_shift(node);
  if (op == "Transpose") return transpose(node);
  if (op == "Conv") return convolution(node);
  if (op == "Gemm") return dense(node);
  if (op == "Relu") return relu(node);
  if (op == "Clip") return clip(node);
  if (op == "MaxPool") return max_pool(node);
  if (op == "AveragePool") return average_pool(node);
  if (op == "GlobalAveragePool") return global_average_pool(node);
  if (op == "Flatten") return flatten(node);
  if (op == "Reshape") return reshape(node);
  if (op == "Softmax") return softmax(node);
  if (op == "QuantizeLinear") return quantise(node);
  if (op == "DequantizeLinear") return dequantise(node);
  node.fail("is an operator that the engine does not have");
}

const Planner::Operand& Planner::operand(const PlanNode& node, std::size_t index) const {
  const std::string_view name = node.node().inputs[index];
  const auto found = operands_.find(name);
  if (found != operands_.end()) return found->second;
  if (weights_.contains(name))
    node.fail("takes the constant " + std::string(name) + " where an activation is expected");
  if (later_.contains(name)) {
    node.fail("needs " + std::string(name) +
              ", which is computed later: the graph has a cycle or is not in order");
  }
  node.fail("needs " + std::string(name) + ", which is nowhere in the file");
}

const Planner::Operand& Planner::activation(const PlanNode& node, std::size_t index,
                                            Operand::Kind kind) const {
  const Operand& found = operand(node, index);
  if (found.codes) node.fail("takes quantised numbers; a DequantizeLinear must stand before it");
  if (found.kind == kind) return found;
  if (found.kind < Operand::Kind::map)
    node.fail("takes the image before it was cast, normalised and transposed to [N,3,S,S]");
  node.fail(kind == Operand::Kind::map ? "takes a flattened activation"
                                       : "takes an activation that was not flattened");
}

bool Planner::computed(const PlanNode& node, std::size_t index) const {
  const std::string_view name = node.node().inputs[index];
  return operands_.contains(name) || later_.contains(name);
}

PlanWeights::Constant Planner::constant(const PlanNode& node, std::size_t index) {
  return weights_.get(node, index, computed(node, index));
}

std::span<const float> Planner::floats(const PlanNode& node, std::size_t index) {
  return weights_.floats(node, index, computed(node, index));
}

void Planner::read_bias(const PlanNode& node, std::size_t index, std::size_t count,
                        const Value& input, StepWeights& weights) {
  if (!node.has_input(index)) return;
  const PlanWeights::Constant bias = constant(node, index);
  if (bias.elements() != static_cast<std::int64_t>(count) || bias.dims.empty() ||
      bias.dims.back() != static_cast<std::int64_t>(count)) {
    node.fail("has a bias that does not fit " + std::to_string(count) + " outputs");
  }
  if (!bias.whole.empty() && input.quantisation && !weights.codes.empty()) {
    bool fits = true;
    for (std::size_t c = 0; c < count; ++c) {
      const float wanted = input.quantisation->scale * weights.scale(c);
      fits = fits && std::abs(bias.scales[c % bias.scales.size()] / wanted - 1) < 1e-3f;
    }
    if (fits) {
      weights.whole_bias = bias.whole;
      return;
    }
  }
  weights.bias = floats(node, index);
}

void Planner::define(const PlanNode& node, Operand operand) {
  operands_[node.node().outputs[0]] = operand;
}

void Planner::push(const PlanNode& node, Step step, const Shape& shape, Operand::Kind kind) {
  if (shape.channels > kMaxElements || shape.height > kMaxElements ||
      shape.width > kMaxElements / shape.height ||
      shape.height * shape.width > kMaxElements / shape.channels) {
    node.fail("makes an activation of " + std::to_string(shape.channels) + "x" +
              std::to_string(shape.height) + "x" + std::to_string(shape.width) +
              ", which is absurdly large");
  }
  elements_ += shape.elements();
  if (elements_ > kMaxElementsTogether)
    node.fail("brings the activations to over 2^27 numbers; that is no network for a device");
  step.output = plan_.values.size();
  step.name = node.name();
  plan_.values.push_back({shape, {}});
  producer_.resize(plan_.values.size());
  value_uses_.resize(plan_.values.size());
  producer_[step.output] = plan_.steps.size();
  value_uses_[step.output] = uses(node.node().outputs[0]);
  define(node, {kind, step.output});
  plan_.steps.push_back(std::move(step));
}

std::size_t Planner::uses(std::string_view name) const {
  const auto found = uses_.find(name);
  return found == uses_.end() ? 0 : found->second;
}

void Planner::count_multiplications(const PlanNode& node, const Shape& output, std::size_t each) {
  plan_.multiplications += std::uint64_t{output.elements()} * each;
  if (plan_.multiplications > kMaxMultiplications)
    node.fail("brings the network to over 2^34 multiplications; that is no network for a device");
}

void Planner::cast(const PlanNode& node) {
  node.expect(1, 1, {"to"});
  if (weights_.contains(node.node().inputs[0])) return weights_.derive_cast(node);
  if (operand(node, 0).kind != Operand::Kind::pixels ||
      node.integer("to", 0) != static_cast<int>(onnx::ElementType::float32)) {
    node.fail("is supported only from the uint8 image or a float16 weight to float32");
  }
  define(node, {Operand::Kind::image});
}

std::array<float, 3> Planner::by_channel(const PlanNode& node, Operand& image) {
  const std::size_t at = operands_.contains(node.node().inputs[0]) ? 0 : 1;
  image = operand(node, at);
  if (image.kind != Operand::Kind::image)
    node.fail("with a constant is supported only on the image, before its Transpose");
  const std::vector<std::int64_t> dims = constant(node, 1 - at).dims;
  const std::span<const float> values = floats(node, 1 - at);
  const bool last_only = dims.empty() || static_cast<std::int64_t>(values.size()) == dims.back();
  if (!last_only || dims.size() > 4 || (values.size() != 1 && values.size() != 3))
    node.fail("has a constant that is not one number a channel");
  std::array<float, 3> result{};
  for (std::size_t c = 0; c < 3; ++c) {
    result[c] = values[values.size() == 1 ? 0 : c];
    if (!std::isfinite(result[c])) node.fail("has a constant that is not finite");
  }
  return result;
}

void Planner::multiply(const PlanNode& node) {
  node.expect(2, 2, {});
  Operand image;
  const std::array<float, 3> factor = by_channel(node, image);
  for (std::size_t c = 0; c < 3; ++c) {
    image.scale[c] *= factor[c];
    image.bias[c] *= factor[c];
  }
  define(node, image);
}

void Planner::add_or_shift(const PlanNode& node) {
  node.expect(2, 2, {});
  const bool constant_operand =
      weights_.contains(node.node().inputs[0]) || weights_.contains(node.node().inputs[1]);
  if (constant_operand) {
    Operand image;
    const std::array<float, 3> shift = by_channel(node, image);
    for (std::size_t c = 0; c < 3; ++c) image.bias[c] += shift[c];
    define(node, image);
    return;
  }
  const Operand::Kind kind = operand(node, 0).kind;
  const Operand& left = activation(node, 0, std::max(kind, Operand::Kind::map));
  const Operand& right = activation(node, 1, left.kind);
  if (shape_of(left) != shape_of(right)) node.fail("adds two activations of different shapes");
  Step step;
  step.operation = Operation::add;
  step.inputs = {left.value, right.value};
  push(node, std::move(step), shape_of(left), left.kind);
}

void Planner::transpose(const PlanNode& node) {
  node.expect(1, 1, {"perm"});
  const Operand& image = operand(node, 0);
  const auto perm = node.node().attributes.find("perm");
  if (image.kind != Operand::Kind::image || perm == node.node().attributes.end() ||
      perm->second.ints != std::vector<std::int64_t>{0, 3, 1, 2}) {
    node.fail("is supported only on the image, with perm 0,3,1,2");
  }
  if (transposed_ && (plan_.scale != image.scale || plan_.bias != image.bias))
    node.fail("normalises the image a second time, and otherwise");
  transposed_ = true;
  plan_.scale = image.scale;
  plan_.bias = image.bias;
  define(node, {Operand::Kind::map, 0});
}

Quantisation Planner::quantisation(const PlanNode& node) {
  node.expect(2, 3, {"axis"});
  const std::span<const float> scale = floats(node, 1);
  if (scale.size() != 1 || !(scale[0] > 0) || !std::isfinite(scale[0]))
    node.fail("is supported on an activation only with one scale above zero");
  if (!node.has_input(2))
    node.fail("has no zero point, so it means uint8; activations in int8 are supported");
  const onnx::Tensor& zero = weights_.stored(node, 2, computed(node, 2));
  const std::span<const std::int8_t> points = onnx::int8s(zero, where_);
  if (points.size() != 1) node.fail("is supported on an activation only with one zero point");
  return {scale[0], points[0]};
}

void Planner::quantise(const PlanNode& node) {
  const Quantisation how = quantisation(node);
  Operand input = operand(node, 0);
  if (input.kind < Operand::Kind::map || input.codes) activation(node, 0, Operand::Kind::map);
  Value& value = plan_.values[input.value];
  const bool alone = input.value == 0 ? uses(node.node().inputs[0]) == 1 && !image_taken_
                                      : value_uses_[input.value] == 1;
  if (!value.quantisation && alone) {
    value.quantisation = how;
    if (input.value == 0) image_taken_ = true;
    value_uses_[input.value] = uses(node.node().outputs[0]);
    input.codes = true;
    return define(node, input);
  }
  Step step;
  step.operation = Operation::quantise;
  step.inputs = {input.value};
  push(node, std::move(step), shape_of(input), input.kind);
  plan_.values.back().quantisation = how;
  operands_[node.node().outputs[0]].codes = true;
}

void Planner::dequantise(const PlanNode& node) {
  node.expect(2, 3, {"axis"});
  if (weights_.contains(node.node().inputs[0])) return weights_.derive_dequantised(node);
  Operand input = operand(node, 0);
  if (!input.codes) node.fail("takes an activation that was not quantised");
  if (quantisation(node) != plan_.values[input.value].quantisation)
    node.fail("has another scale or zero point than the QuantizeLinear before it");
  if (input.value != 0) value_uses_[input.value] += uses(node.node().outputs[0]) - 1;
  input.codes = false;
  define(node, input);
}

Plan make_plan(const onnx::Model& model, const std::string& where) {
  return Planner(model, where).plan();
}

}  // namespace signpost
