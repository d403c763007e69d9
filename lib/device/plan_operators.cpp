#include <algorithm>
#include <limits>

#include "device/planner.h"

namespace signpost {

void Planner::convolution(const PlanNode& node) {
  node.expect(2, 3, {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"});
  const std::size_t from = activation(node, 0, Operand::Kind::map).value;
  const Shape input = plan_.values[from].shape;
  const PlanWeights::Constant kernel = constant(node, 1);
  const std::vector<std::int64_t>& dims = kernel.dims;
  if (dims.size() != 4 || kernel.elements() == 0) node.fail("has weights of an absurd shape");
  const std::int64_t groups = node.integer("group", 1);
  if (groups < 1 || groups > static_cast<std::int64_t>(input.channels) || dims[0] % groups != 0 ||
      dims[1] * groups != static_cast<std::int64_t>(input.channels)) {
    node.fail("has weights of " + std::to_string(dims[0]) + "x" + std::to_string(dims[1]) +
              " channels in " + std::to_string(groups) + " groups for an input of " +
              std::to_string(input.channels));
  }
  Step step;
  step.operation = Operation::convolution;
  step.inputs = {from};
  step.window = node.window(input, dims.data() + 2);
  step.groups = static_cast<std::uint32_t>(groups);
  const auto outputs = static_cast<std::size_t>(dims[0]), depth = static_cast<std::size_t>(dims[1]),
             area = static_cast<std::size_t>(dims[2] * dims[3]);
  step.weights = read_weights(node, kernel, outputs, depth, area);
  read_bias(node, 2, outputs, plan_.values[from], step.weights);
  const Shape output = node.slide(step.window, input, outputs);
  push(node, std::move(step), output, Operand::Kind::map);
  count_multiplications(node, output, depth * area);
}

StepWeights Planner::read_weights(const PlanNode& node, const PlanWeights::Constant& constant,
                                  std::size_t outputs, std::size_t depth, std::size_t area) {
  const bool in_order = depth == 1 || area == 1;
  StepWeights weights;
  if (constant.codes.empty()) {
    const std::span<const float> values = floats(node, 1);
    weights.floats = in_order ? values : weights_.keep(channels_last(values, outputs, depth, area));
    return weights;
  }
  weights.scales = constant.scales;
  weights.codes = constant.codes;
  if (!in_order) {
    plan_.owned_codes.push_back(channels_last(constant.codes, outputs, depth, area));
    weights.codes = plan_.owned_codes.back();
  }
  return weights;
}

void Planner::dense(const PlanNode& node) {
  node.expect(2, 3, {"alpha", "beta", "transA", "transB"});
  if (node.integer("transA", 0) != 0 || node.integer("transB", 0) != 1 ||
      node.number("alpha", 1) != 1 || node.number("beta", 1) != 1) {
    node.fail("is supported only with transA 0, transB 1, alpha 1 and beta 1");
  }
  const std::size_t from = activation(node, 0, Operand::Kind::flat).value;
  const Shape input = plan_.values[from].shape;
  const PlanWeights::Constant matrix = constant(node, 1);
  if (matrix.dims.size() != 2 || matrix.elements() == 0 ||
      matrix.dims[1] != static_cast<std::int64_t>(input.elements())) {
    node.fail("has weights that do not fit an input of " + std::to_string(input.elements()));
  }
  const auto outputs = static_cast<std::size_t>(matrix.dims[0]);
  Step step;
  step.operation = Operation::dense;
  step.inputs = {from};
  step.weights = read_weights(node, matrix, outputs, input.channels, input.height * input.width);
  read_bias(node, 2, outputs, plan_.values[from], step.weights);
  const Shape output{outputs, 1, 1};
  push(node, std::move(step), output, Operand::Kind::flat);
  count_multiplications(node, output, input.elements());
}

void Planner::relu(const PlanNode& node) {
  node.expect(1, 1, {});
  clamp(node, {0, std::numeric_limits<float>::infinity()});
}

void Planner::clip(const PlanNode& node) {
  node.expect(1, 3, {});
  Range range;
  for (const std::size_t i : {1u, 2u}) {
    if (!node.has_input(i)) continue;
    const std::span<const float> bound = floats(node, i);
    if (bound.size() != 1) node.fail("has a bound that is not one number");
    (i == 1 ? range.low : range.high) = bound[0];
  }
  clamp(node, range);
}

void Planner::clamp(const PlanNode& node, Range range) {
  if (!(range.low < range.high)) node.fail("has a lower bound that is not under its upper one");
  Operand input = operand(node, 0);
  if (input.kind < Operand::Kind::map || input.codes) activation(node, 0, Operand::Kind::map);
  if (input.value != 0 && value_uses_[input.value] == 1 &&
      !plan_.values[input.value].quantisation) {
    Step& step = plan_.steps[producer_[input.value]];
    const Range both{std::clamp(step.range.low, range.low, range.high),
                     std::clamp(step.range.high, range.low, range.high)};
    if (step.operation != Operation::softmax && both.low < both.high) {
      step.range = both;
      value_uses_[input.value] = uses(node.node().outputs[0]);
      define(node, input);
      return;
    }
  }
  Step step;
  step.operation = Operation::clamp;
  step.inputs = {input.value};
  step.range = range;
  push(node, std::move(step), shape_of(input), input.kind);
}

void Planner::pool(const PlanNode& node, Operation operation) {
  const std::size_t from = activation(node, 0, Operand::Kind::map).value;
  const Shape input = plan_.values[from].shape;
  if (node.integer("ceil_mode", 0) != 0 || node.integer("storage_order", 0) != 0)
    node.fail("is supported only with ceil_mode 0 and storage_order 0");
  Step step;
  step.operation = operation;
  step.inputs = {from};
  step.window = node.window(input, nullptr);
  const Window& window = step.window;
  if (window.dilation_height != 1 || window.dilation_width != 1)
    node.fail("is supported only without dilations");
  if (window.top >= window.kernel_height || window.bottom >= window.kernel_height ||
      window.left >= window.kernel_width || window.right >= window.kernel_width) {
    node.fail("has pads that are not smaller than its kernel");
  }
  if (window.kernel_height * window.kernel_width == 1)
    node.fail("has a kernel of one pixel, which is not supported");
  const Shape output = node.slide(window, input, input.channels);
  push(node, std::move(step), output, Operand::Kind::map);
}

void Planner::max_pool(const PlanNode& node) {
  node.expect(
      1, 1,
      {"auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"});
  pool(node, Operation::max_pool);
}

void Planner::average_pool(const PlanNode& node) {
  node.expect(1, 1,
              {"auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads",
               "strides"});
  pool(node, Operation::average_pool);
  const Window& window = plan_.steps.back().window;
  if (node.integer("count_include_pad", 0) != 0 &&
      window.top + window.left + window.bottom + window.right != 0)
    node.fail("counts its padding, which is not supported");
}

void Planner::global_average_pool(const PlanNode& node) {
  node.expect(1, 1, {});
  Step step;
  step.operation = Operation::global_average_pool;
  step.inputs = {activation(node, 0, Operand::Kind::map).value};
  const Shape output{plan_.values[step.inputs[0]].shape.channels, 1, 1};
  push(node, std::move(step), output, Operand::Kind::map);
}

void Planner::alias_flat(const PlanNode& node) {
  Operand input = operand(node, 0);
  if (input.kind < Operand::Kind::map) activation(node, 0, Operand::Kind::map);
  input.kind = Operand::Kind::flat;
  if (input.value != 0) value_uses_[input.value] += uses(node.node().outputs[0]) - 1;
  define(node, input);
}

void Planner::flatten(const PlanNode& node) {
  node.expect(1, 1, {"axis"});
  if (node.integer("axis", 1) != 1) node.fail("is supported only with axis 1");
  alias_flat(node);
}

void Planner::reshape(const PlanNode& node) {
  node.expect(2, 2, {"allowzero"});
  const std::vector<std::int64_t> shape =
      onnx::integers(weights_.stored(node, 1, computed(node, 1)), where_);
  const Operand& input = operand(node, 0);
  const auto elements = static_cast<std::int64_t>(shape_of(input).elements());
  const bool one_row =
      shape.size() == 2 && ((shape[1] == elements && shape[0] >= -1 && shape[0] <= 1) ||
                            (shape[1] == -1 && (shape[0] == 0 || shape[0] == 1)));
  if (!one_row || node.integer("allowzero", 0) != 0)
    node.fail("is supported only to [N," + std::to_string(elements) + "]");
  alias_flat(node);
}

void Planner::softmax(const PlanNode& node) {
  node.expect(1, 1, {"axis"});
  const std::size_t from = activation(node, 0, Operand::Kind::flat).value;
  const std::int64_t axis = node.integer("axis", -1);
  const Shape shape = plan_.values[from].shape;
  if ((axis != 1 && axis != -1) || shape.height * shape.width != 1)
    node.fail("is supported only over the classes of [N,classes]");
  Step step;
  step.operation = Operation::softmax;
  step.inputs = {from};
  push(node, std::move(step), shape, Operand::Kind::flat);
}

}  // namespace signpost
