#include "device/engine.h"

#include <xnnpack.h>

#include <array>
#include <stdexcept>

#include "base/error.h"
#include "device/plan.h"

namespace signpost {
namespace {

constexpr std::size_t kSlack = XNN_EXTRA_BYTES / sizeof(float);

const char* reason(xnn_status status) {
  switch (status) {
    case xnn_status_success:
      return "success";
    case xnn_status_uninitialized:
      return "not initialised";
    case xnn_status_invalid_parameter:
      return "invalid parameter";
    case xnn_status_invalid_state:
      return "invalid state";
    case xnn_status_unsupported_parameter:
      return "unsupported parameter";
    case xnn_status_unsupported_hardware:
      return "unsupported processor";
    case xnn_status_out_of_memory:
      return "out of memory";
  }
  return "unknown reason";
}

/// The ids of the two values that XNNPACK does not allocate itself.
constexpr std::uint32_t kInputId = 0, kOutputId = 1;

/// Builds XNNPACK's graph from a plan.
class Graph {
 public:
  Graph(const Plan& plan, const std::string& where) : plan_(plan), where_(where) {
    if (const xnn_status status = xnn_initialize(nullptr); status != xnn_status_success) {
      throw Error(Blame::environment,
                  std::string("XNNPACK does not run on this machine: ") + reason(status));
    }
    xnn_subgraph_t subgraph = nullptr;
    check(xnn_create_subgraph(2, 0, &subgraph), "the network");
    subgraph_.reset(subgraph);
    for (std::size_t i = 0; i < plan.values.size(); ++i) define_value(i);
    for (const Step& step : plan.steps) check(define(step), step.name);
  }
  xnn_runtime_t compile() const {
    xnn_runtime_t runtime = nullptr;
    check(xnn_create_runtime_v2(subgraph_.get(), nullptr, 0, &runtime), "the network");
    return runtime;
  }

 private:
  void check(xnn_status status, const std::string& what) const {
    if (status == xnn_status_success) return;
    throw Error(Blame::input, where_ + ": XNNPACK refuses " + what + ": " + reason(status));
  }

  void define_value(std::size_t index) {
    const Shape& shape = plan_.values[index];
    const std::array<std::size_t, 4> dims = {1, shape.height, shape.width, shape.channels};
    std::uint32_t flags = 0, id = XNN_INVALID_VALUE_ID;
    if (index == 0) {
      flags = XNN_VALUE_FLAG_EXTERNAL_INPUT;
      id = kInputId;
    } else if (index == plan_.output) {
      flags = XNN_VALUE_FLAG_EXTERNAL_OUTPUT;
      id = kOutputId;
    }
    check(xnn_define_tensor_value(subgraph_.get(), xnn_datatype_fp32, dims.size(), dims.data(),
                                  nullptr, id, flags, &id),
          "an activation");
    ids_.push_back(id);
  }

  std::uint32_t define_weights(std::span<const float> values, std::span<const std::size_t> dims) {
    if (values.empty()) return XNN_INVALID_VALUE_ID;
    std::uint32_t id = XNN_INVALID_VALUE_ID;
    check(xnn_define_tensor_value(subgraph_.get(), xnn_datatype_fp32, dims.size(), dims.data(),
                                  values.data(), XNN_INVALID_VALUE_ID, 0, &id),
          "a weight");
    return id;
  }

  xnn_status define(const Step& step) {
    const Window& w = step.window;
    const Range& range = step.range;
    const Shape &from = plan_.values[step.inputs[0]], &to = plan_.values[step.output];
    const std::uint32_t input = ids_[step.inputs[0]], output = ids_[step.output];
    const std::array<std::size_t, 1> bias_dims = {to.channels};
    switch (step.operation) {
      case Operation::convolution: {
        const std::size_t depth = from.channels / step.groups;
        const std::array<std::size_t, 4> dims = {to.channels, w.kernel_height, w.kernel_width,
                                                 depth};
        return xnn_define_convolution_2d(
            subgraph_.get(), w.top, w.right, w.bottom, w.left, w.kernel_height, w.kernel_width,
            w.stride_height, w.stride_width, w.dilation_height, w.dilation_width, step.groups,
            depth, to.channels / step.groups, range.low, range.high, input,
            define_weights(step.weights, dims), define_weights(step.bias, bias_dims), output, 0);
      }
      case Operation::dense: {
        const std::array<std::size_t, 2> dims = {to.channels, from.elements()};
        return xnn_define_fully_connected(
            subgraph_.get(), range.low, range.high, input, define_weights(step.weights, dims),
            define_weights(step.bias, bias_dims), output, XNN_FLAG_TENSORFLOW_RESHAPE_2D);
      }
      case Operation::add:
        return xnn_define_add2(subgraph_.get(), range.low, range.high, input, ids_[step.inputs[1]],
                               output, 0);
      case Operation::max_pool:
        return xnn_define_max_pooling_2d(
            subgraph_.get(), w.top, w.right, w.bottom, w.left, w.kernel_height, w.kernel_width,
            w.stride_height, w.stride_width, 1, 1, range.low, range.high, input, output, 0);
      case Operation::average_pool:
        return xnn_define_average_pooling_2d(
            subgraph_.get(), w.top, w.right, w.bottom, w.left, w.kernel_height, w.kernel_width,
            w.stride_height, w.stride_width, range.low, range.high, input, output, 0);
      case Operation::global_average_pool:
        return xnn_define_global_average_pooling_2d(subgraph_.get(), range.low, range.high, input,
                                                    output, 0);
      case Operation::clamp:
        return xnn_define_clamp(subgraph_.get(), range.low, range.high, input, output, 0);
      case Operation::softmax:
        return xnn_define_softmax(subgraph_.get(), input, output, 0);
    }
    return xnn_status_unsupported_parameter;
  }

  const Plan& plan_;
  const std::string& where_;
  struct Delete {
    void operator()(xnn_subgraph_t subgraph) const { xnn_delete_subgraph(subgraph); }
  };
  std::unique_ptr<xnn_subgraph, Delete> subgraph_;
  std::vector<std::uint32_t> ids_;  ///< of the plan's values
};

}  // namespace

struct Engine::State {
  Plan plan;
  std::unordered_map<std::string, std::string> metadata;
  xnn_runtime_t runtime = nullptr;
  std::vector<float> row_scale, row_bias;  ///< of one row of the image, so that the loop is flat
  std::vector<float> input, output;        ///< with the slack behind them that XNNPACK may read

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (runtime) xnn_delete_runtime(runtime);
  }
};

Engine::Engine(ByteView onnx, const std::string& where) : state_(std::make_unique<State>()) {
  State& state = *state_;
  {
    const onnx::Model model = onnx::read(onnx, where);
    state.plan = make_plan(model, where);
    for (const auto& [key, value] : model.metadata) state.metadata.emplace(key, value);
  }
  state.runtime = Graph(state.plan, where).compile();

  const std::size_t row = state.plan.size * 3;
  for (std::size_t i = 0; i < row; ++i) {
    state.row_scale.push_back(state.plan.scale[i % 3]);
    state.row_bias.push_back(state.plan.bias[i % 3]);
  }
  state.input.resize(row * state.plan.size + kSlack);
  state.output.resize(output_size() + kSlack);
  const std::array<xnn_external_value, 2> external = {
      {{kInputId, state.input.data()}, {kOutputId, state.output.data()}}};
  if (const xnn_status status = xnn_setup_runtime(state.runtime, external.size(), external.data());
      status != xnn_status_success) {
    throw Error(Blame::input, where + ": XNNPACK refuses the network: " + reason(status));
  }
}

Engine::Engine(Engine&& other) noexcept = default;
Engine& Engine::operator=(Engine&& other) noexcept = default;
Engine::~Engine() = default;

std::size_t Engine::input_size() const { return state_->plan.size; }

std::size_t Engine::output_size() const {
  return state_->plan.values[state_->plan.output].elements();
}

std::uint64_t Engine::multiplications() const { return state_->plan.multiplications; }

std::string Engine::metadata(const std::string& key) const {
  const auto found = state_->metadata.find(key);
  return found == state_->metadata.end() ? std::string() : found->second;
}

void Engine::run(std::span<const std::uint8_t> tensor, std::span<float> output) {
  State& state = *state_;
  const std::size_t row = state.row_scale.size(), rows = state.plan.size;
  if (tensor.size() != row * rows || output.size() != output_size())
    throw std::invalid_argument("Engine::run: a tensor of the wrong size");
  for (std::size_t y = 0; y < rows; ++y) {
    const std::uint8_t* from = tensor.data() + y * row;
    float* to = state.input.data() + y * row;
    for (std::size_t i = 0; i < row; ++i)
      to[i] = static_cast<float>(from[i]) * state.row_scale[i] + state.row_bias[i];
  }
  if (xnn_invoke_runtime(state.runtime) != xnn_status_success)
    throw std::runtime_error("XNNPACK failed while it ran a network that it had accepted");
  const Shape& shape = state.plan.values[state.plan.output];
  const std::size_t area = shape.height * shape.width;
  for (std::size_t p = 0; p < area; ++p) {
    for (std::size_t c = 0; c < shape.channels; ++c)
      output[c * area + p] = state.output[p * shape.channels + c];
  }
}

}  // namespace signpost
