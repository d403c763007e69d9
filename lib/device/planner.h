#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "device/plan.h"
#include "device/plan_node.h"
#include "device/plan_weights.h"

namespace signpost {

/// Walks through a graph once, in its order, and writes the plan: make_plan's workings. What a
/// graph is and how the image comes in stands in plan.cpp, its operators in plan_operators.cpp.
class Planner {
 public:
  Planner(const onnx::Model& model, const std::string& where)
      : model_(model), where_(where), weights_(model, plan_, where) {}

  Plan plan();

 private:
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

  [[noreturn]] void fail(const std::string& what) const;

  /// Opset, input and output, and who uses what.
  void read_frame();

  /// A weight is unpacked for every node that uses it, so that few bytes in the file could become
  /// many.
  void check_weights() const;

  void add(const PlanNode& node);

  // --- operands ---

  const Operand& operand(const PlanNode& node, std::size_t index) const;

  const Operand& activation(const PlanNode& node, std::size_t index, Operand::Kind kind) const;

  bool computed(const PlanNode& node, std::size_t index) const;

  PlanWeights::Constant constant(const PlanNode& node, std::size_t index);

  std::span<const float> floats(const PlanNode& node, std::size_t index);

  /// The bias in input `index`, of `count` numbers and of shape [count] or [1,count]: whole numbers
  /// if they count in units of the input's scale times the weights'.
  void read_bias(const PlanNode& node, std::size_t index, std::size_t count, const Value& input,
                 StepWeights& weights);

  void define(const PlanNode& node, Operand operand);

  /// A new activation, computed by `step`.
  void push(const PlanNode& node, Step step, const Shape& shape, Operand::Kind kind);

  std::size_t uses(std::string_view name) const;

  void count_multiplications(const PlanNode& node, const Shape& output, std::size_t each);

  // --- the image ---

  void cast(const PlanNode& node);

  /// The constant of a Mul or Add over the image, by channel; which input is the image in `image`.
  std::array<float, 3> by_channel(const PlanNode& node, Operand& image);

  void multiply(const PlanNode& node);

  void add_or_shift(const PlanNode& node);

  void transpose(const PlanNode& node);

  // --- operators with weights ---

  void convolution(const PlanNode& node);

  /// The weights in input 1, turned to channels last where that is another order.
  StepWeights read_weights(const PlanNode& node, const PlanWeights::Constant& constant,
                           std::size_t outputs, std::size_t depth, std::size_t area);

  void dense(const PlanNode& node);

  // --- operators without weights ---

  void relu(const PlanNode& node);

  void clip(const PlanNode& node);

  /// Fused into the step that computes the input, if nobody else sees what it computes.
  void clamp(const PlanNode& node, Range range);

  void pool(const PlanNode& node, Operation operation);

  void max_pool(const PlanNode& node);

  void average_pool(const PlanNode& node);

  void global_average_pool(const PlanNode& node);

  /// Gives the activation of input 0 another name, under which it is flat.
  void alias_flat(const PlanNode& node);

  void flatten(const PlanNode& node);

  void reshape(const PlanNode& node);

  void softmax(const PlanNode& node);

  // --- int8 ---

  /// Scale and zero point of a QuantizeLinear or DequantizeLinear of an activation.
  Quantisation quantisation(const PlanNode& node);

  /// Written as int8 by the step that computes the input, if nobody else sees what it computes.
  void quantise(const PlanNode& node);

  void dequantise(const PlanNode& node);

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

}  // namespace signpost
