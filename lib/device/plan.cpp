#include "device/plan.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "base/error.h"
#include "device/plan_node.h"
#include "device/plan_weights.h"

namespace signpost {
namespace {

constexpr std::size_t kMaxNodes = 10'000, kMaxInputSize = 1024, kMaxElements = std::size_t{1} << 24,
                      kMaxElementsTogether = std::size_t{1} << 27;
constexpr std::int64_t kMaxWeights = std::int64_t{1} << 26;
constexpr std::uint64_t kMaxMultiplications = std::uint64_t{1} << 34;
constexpr std::int64_t kFirstOpset = 13, kLastOpset = 21;

/// A name of the graph, as far as it is computed.
struct Operand {
  enum class Kind {
    pixels,  ///< the uint8 input
    image,   ///< the input as float, NHWC, with a scale and a bias still to be applied
    map,     ///< an activation that ONNX sees as [N,C,H,W]
    flat     ///< an activation that ONNX sees as [N,C*H*W]
  } kind{};
  std::size_t value = 0;
  std::array<float, 3> scale{1, 1, 1}, bias{};
  bool codes = false;  ///< behind a QuantizeLinear, before the DequantizeLinear
};

class Planner {
 public:
  Planner(const onnx::Model& model, const std::string& where)
      : model_(model), where_(where), weights_(model, plan_, where) {}

  Plan plan() {
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

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(Blame::input, where_ + ": " + what);
  }

  /// Opset, input and output, and who uses what.
  void read_frame() {
    if (model_.opset < kFirstOpset || model_.opset > kLastOpset) {
      fail("is of opset " + std::to_string(model_.opset) + "; the engine runs " +
           std::to_string(kFirstOpset) + " to " + std::to_string(kLastOpset));
    }
    if (model_.nodes.size() > kMaxNodes)
      fail("has " + std::to_string(model_.nodes.size()) +
           " nodes; that is no network for a device");
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

  /// A weight is unpacked for every node that uses it, so that few bytes in the file could become
  /// many.
  void check_weights() const {
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

  void add(const PlanNode& node) {
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

  // --- operands ---

  const Operand& operand(const PlanNode& node, std::size_t index) const {
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

  const Operand& activation(const PlanNode& node, std::size_t index, Operand::Kind kind) const {
    const Operand& found = operand(node, index);
    if (found.codes) node.fail("takes quantised numbers; a DequantizeLinear must stand before it");
    if (found.kind == kind) return found;
    if (found.kind < Operand::Kind::map)
      node.fail("takes the image before it was cast, normalised and transposed to [N,3,S,S]");
    node.fail(kind == Operand::Kind::map ? "takes a flattened activation"
                                         : "takes an activation that was not flattened");
  }

  bool computed(const PlanNode& node, std::size_t index) const {
    const std::string_view name = node.node().inputs[index];
    return operands_.contains(name) || later_.contains(name);
  }

  PlanWeights::Constant constant(const PlanNode& node, std::size_t index) {
    return weights_.get(node, index, computed(node, index));
  }

  std::span<const float> floats(const PlanNode& node, std::size_t index) {
    return weights_.floats(node, index, computed(node, index));
  }

  /// The bias in input `index`, of `count` numbers and of shape [count] or [1,count]: whole numbers
  /// if they count in units of the input's scale times the weights'.
  void read_bias(const PlanNode& node, std::size_t index, std::size_t count, const Value& input,
                 StepWeights& weights) {
    if (!node.has_input(index)) return;
    const PlanWeights::Constant bias = constant(node, index);
    if (bias.elements() != static_cast<std::int64_t>(count) || bias.dims.empty() ||
        bias.dims.back() != static_cast<std::int64_t>(count)) {
      node.fail("has a bias that does not fit " + std::to_string(count) + " outputs");
    }
    if (!bias.whole.empty() && input.quantisation && !weights.codes.empty()) {
      bool fits = true;
      for (std::size_t c = 0; c < count; ++c) {
        const float wanted = input.quantisation->scale * weights.scales[c % weights.scales.size()];
        fits = fits && std::abs(bias.scales[c % bias.scales.size()] / wanted - 1) < 1e-3f;
      }
      if (fits) {
        weights.whole_bias = bias.whole;
        return;
      }
    }
    weights.bias = floats(node, index);
  }

  void define(const PlanNode& node, Operand operand) {
    operands_[node.node().outputs[0]] = operand;
  }

  /// A new activation, computed by `step`.
  void push(const PlanNode& node, Step step, const Shape& shape, Operand::Kind kind) {
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

  std::size_t uses(std::string_view name) const {
    const auto found = uses_.find(name);
    return found == uses_.end() ? 0 : found->second;
  }

  void count_multiplications(const PlanNode& node, const Shape& output, std::size_t each) {
    plan_.multiplications += std::uint64_t{output.elements()} * each;
    if (plan_.multiplications > kMaxMultiplications)
      node.fail("brings the network to over 2^34 multiplications; that is no network for a device");
  }

  // --- the image ---

  void cast(const PlanNode& node) {
    node.expect(1, 1, {"to"});
    if (weights_.contains(node.node().inputs[0])) return weights_.derive_cast(node);
    if (operand(node, 0).kind != Operand::Kind::pixels ||
        node.integer("to", 0) != static_cast<int>(onnx::ElementType::float32)) {
      node.fail("is supported only from the uint8 image or a float16 weight to float32");
    }
    define(node, {Operand::Kind::image});
  }

  /// The constant of a Mul or Add over the image, by channel; which input is the image in `image`.
  std::array<float, 3> by_channel(const PlanNode& node, Operand& image) {
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

  void multiply(const PlanNode& node) {
    node.expect(2, 2, {});
    Operand image;
    const std::array<float, 3> factor = by_channel(node, image);
    for (std::size_t c = 0; c < 3; ++c) {
      image.scale[c] *= factor[c];
      image.bias[c] *= factor[c];
    }
    define(node, image);
  }

  void add_or_shift(const PlanNode& node) {
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

  void transpose(const PlanNode& node) {
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

  // --- operators with weights ---

  void convolution(const PlanNode& node) {
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
    const auto outputs = static_cast<std::size_t>(dims[0]),
               depth = static_cast<std::size_t>(dims[1]),
               area = static_cast<std::size_t>(dims[2] * dims[3]);
    step.weights = read_weights(node, kernel, outputs, depth, area);
    read_bias(node, 2, outputs, plan_.values[from], step.weights);
    const Shape output = node.slide(step.window, input, outputs);
    push(node, std::move(step), output, Operand::Kind::map);
    count_multiplications(node, output, depth * area);
  }

  /// The weights in input 1, turned to channels last where that is another order.
  StepWeights read_weights(const PlanNode& node, const PlanWeights::Constant& constant,
                           std::size_t outputs, std::size_t depth, std::size_t area) {
    const bool in_order = depth == 1 || area == 1;
    StepWeights weights;
    if (constant.codes.empty()) {
      const std::span<const float> values = floats(node, 1);
      weights.floats =
          in_order ? values : weights_.keep(channels_last(values, outputs, depth, area));
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

  void dense(const PlanNode& node) {
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

  // --- operators without weights ---

  void relu(const PlanNode& node) {
    node.expect(1, 1, {});
    clamp(node, {0, std::numeric_limits<float>::infinity()});
  }

  void clip(const PlanNode& node) {
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

  /// Fused into the step that computes the input, if nobody else sees what it computes.
  void clamp(const PlanNode& node, Range range) {
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

  void pool(const PlanNode& node, Operation operation) {
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

  void max_pool(const PlanNode& node) {
    node.expect(
        1, 1,
        {"auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"});
    pool(node, Operation::max_pool);
  }

  void average_pool(const PlanNode& node) {
    node.expect(1, 1,
                {"auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads",
                 "strides"});
    pool(node, Operation::average_pool);
    const Window& window = plan_.steps.back().window;
    if (node.integer("count_include_pad", 0) != 0 &&
        window.top + window.left + window.bottom + window.right != 0)
      node.fail("counts its padding, which is not supported");
  }

  void global_average_pool(const PlanNode& node) {
    node.expect(1, 1, {});
    Step step;
    step.operation = Operation::global_average_pool;
    step.inputs = {activation(node, 0, Operand::Kind::map).value};
    const Shape output{plan_.values[step.inputs[0]].shape.channels, 1, 1};
    push(node, std::move(step), output, Operand::Kind::map);
  }

  /// Gives the activation of input 0 another name, under which it is flat.
  void alias_flat(const PlanNode& node) {
    Operand input = operand(node, 0);
    if (input.kind < Operand::Kind::map) activation(node, 0, Operand::Kind::map);
    input.kind = Operand::Kind::flat;
    if (input.value != 0) value_uses_[input.value] += uses(node.node().outputs[0]) - 1;
    define(node, input);
  }

  void flatten(const PlanNode& node) {
    node.expect(1, 1, {"axis"});
    if (node.integer("axis", 1) != 1) node.fail("is supported only with axis 1");
    alias_flat(node);
  }

  void reshape(const PlanNode& node) {
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

  void softmax(const PlanNode& node) {
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

  // --- int8 ---

  /// Scale and zero point of a QuantizeLinear or DequantizeLinear of an activation.
  Quantisation quantisation(const PlanNode& node) {
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

  /// Written as int8 by the step that computes the input, if nobody else sees what it computes.
  void quantise(const PlanNode& node) {
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

  void dequantise(const PlanNode& node) {
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

  const Shape& shape_of(const Operand& operand) const { return plan_.values[operand.value].shape; }

  const onnx::Model& model_;
  const std::string& where_;
  Plan plan_;
  PlanWeights weights_;
  bool image_taken_ = false;  ///< value 0 is quantised
  bool transposed_ = false;
  std::size_t elements_ = 0;  ///< of all activations
  std::unordered_map<std::string_view, Operand> operands_;
  std::unordered_map<std::string_view, std::size_t> uses_;
  std::unordered_set<std::string_view> later_;  ///< what the nodes compute
  std::vector<std::size_t> producer_;           ///< of a value: its step
  std::vector<std::size_t> value_uses_;         ///< by nodes and outputs, under all its names
};

}  // namespace

Plan make_plan(const onnx::Model& model, const std::string& where) {
  return Planner(model, where).plan();
}

}  // namespace signpost
