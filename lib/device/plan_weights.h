#pragma once

#include <deque>
#include <string_view>
#include <unordered_map>

#include "device/plan.h"
#include "device/plan_node.h"

namespace signpost {

/// The constants of a graph as its nodes see them: initialisers, and those behind a Cast from
/// float16 or a DequantizeLinear. Used by plan.cpp alone.
class PlanWeights {
 public:
  /// What a constant holds. Views are of the file or owned by the plan.
  struct Constant {
    std::vector<std::int64_t> dims;
    std::span<const float> floats;        ///< or
    std::span<const std::int8_t> codes;   ///< or
    std::span<const std::int32_t> whole;  ///< of the last two:
    std::span<const float> scales;        ///< one, or one for each of dims[0]
    std::int64_t elements() const;
  };

  PlanWeights(const onnx::Model& model, Plan& plan, const std::string& where)
      : model_(model), plan_(plan), where_(where) {}

  bool contains(std::string_view name) const {
    return model_.initialisers.contains(name) || derived_.contains(name);
  }

  /// The stored initialiser that is input `index` of `node`. `computed`: whether that name is an
  /// activation, for the message.
  const onnx::Tensor& stored(const PlanNode& node, std::size_t index, bool computed) const;

  /// Input `index` of `node`, stored or derived.
  Constant get(const PlanNode& node, std::size_t index, bool computed);

  /// The same in float32, whatever it is stored as.
  std::span<const float> floats(const PlanNode& node, std::size_t index, bool computed);

  /// A Cast of an initialiser from float16, or a DequantizeLinear of one of int8 or int32.
  void derive_cast(const PlanNode& node);
  void derive_dequantised(const PlanNode& node);

  std::span<const float> keep(std::vector<float> values);

 private:
  const onnx::Model& model_;
  Plan& plan_;
  const std::string& where_;
  std::unordered_map<std::string_view, Constant> derived_;
};

/// outputs x depth x area to outputs x area x depth.
template <typename Number>
std::vector<Number> channels_last(std::span<const Number> from, std::size_t outputs,
                                  std::size_t depth, std::size_t area) {
  std::vector<Number> to(from.size());
  std::size_t at = 0;
  for (std::size_t o = 0; o < outputs; ++o) {
    for (std::size_t a = 0; a < area; ++a) {
      for (std::size_t d = 0; d < depth; ++d) to[at++] = from[(o * depth + d) * area + a];
    }
  }
  return to;
}

/// What codes mean, of which each scale counts for as many.
template <typename Code>
std::vector<float> dequantised(std::span<const Code> codes, std::span<const float> scales) {
  const std::size_t each = codes.size() / scales.size();
  std::vector<float> values;
  values.reserve(codes.size());
  for (std::size_t i = 0; i < codes.size(); ++i)
    values.push_back(static_cast<float>(codes[i]) * scales[i / each]);
  return values;
}

}  // namespace signpost
