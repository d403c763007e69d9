#include "device/plan_weights.h"

#include <cmath>

namespace signpost {

using onnx::ElementType;

std::int64_t PlanWeights::Constant::elements() const {
  return static_cast<std::int64_t>(floats.size() + codes.size() + whole.size());
}

const onnx::Tensor& PlanWeights::stored(const PlanNode& node, std::size_t index,
                                        bool computed) const {
  const std::string_view name = node.node().inputs[index];
  const auto found = model_.initialisers.find(name);
  if (found == model_.initialisers.end()) {
    node.fail("needs the weight " + std::string(name) +
              (computed ? ", which is computed, not stored" : ", which is missing"));
  }
  return found->second;
}

std::span<const float> PlanWeights::keep(std::vector<float> values) {
  plan_.owned.push_back(std::move(values));
  return plan_.owned.back();
}

PlanWeights::Constant PlanWeights::get(const PlanNode& node, std::size_t index, bool computed) {
  if (const auto found = derived_.find(node.node().inputs[index]); found != derived_.end())
    return found->second;
  const onnx::Tensor& tensor = stored(node, index, computed);
  Constant constant;
  constant.dims = tensor.dims;
  std::vector<float> copy;
  const std::span<const float> view = onnx::floats(tensor, copy, where_);
  const bool in_file = !tensor.raw.empty() && copy.empty();
  constant.floats =
      in_file ? view
              : keep(copy.empty() ? std::vector<float>(view.begin(), view.end()) : std::move(copy));
  return constant;
}

std::span<const float> PlanWeights::floats(const PlanNode& node, std::size_t index, bool computed) {
  const Constant constant = get(node, index, computed);
  if (!constant.codes.empty()) return keep(dequantised(constant.codes, constant.scales));
  if (!constant.whole.empty()) return keep(dequantised(constant.whole, constant.scales));
  return constant.floats;
}

void PlanWeights::derive_cast(const PlanNode& node) {
  const onnx::Tensor& tensor = stored(node, 0, false);
  if (tensor.type != static_cast<int>(ElementType::float16) ||
      node.integer("to", 0) != static_cast<int>(ElementType::float32)) {
    node.fail("is supported only from the uint8 image or a float16 weight to float32");
  }
  Constant constant;
  constant.dims = tensor.dims;
  constant.floats = keep(onnx::halves(tensor, where_));
  derived_[node.node().outputs[0]] = constant;
}

void PlanWeights::derive_dequantised(const PlanNode& node) {
  const onnx::Tensor& tensor = stored(node, 0, false);
  Constant constant;
  constant.dims = tensor.dims;
  if (tensor.type == static_cast<int>(ElementType::int32)) {
    plan_.owned_whole.push_back(onnx::int32s(tensor, where_));
    constant.whole = plan_.owned_whole.back();
  } else {
    constant.codes = onnx::int8s(tensor, where_);
  }
  constant.scales = get(node, 1, false).floats;
  const auto first = tensor.dims.empty() ? std::int64_t{1} : tensor.dims[0];
  const auto scales = static_cast<std::int64_t>(constant.scales.size());
  if (constant.elements() == 0 || (scales != 1 && scales != first) ||
      (scales > 1 && node.integer("axis", 1) != 0)) {
    node.fail("is supported only with one scale, or with axis 0 and one for each output");
  }
  for (const float scale : constant.scales) {
    if (!(scale > 0) || !std::isfinite(scale)) node.fail("has a scale that is not above zero");
  }
  if (node.has_input(2)) {
    const onnx::Tensor& zero = stored(node, 2, false);
    const bool bytes = zero.type == static_cast<int>(ElementType::int8);
    bool plain = true;
    if (bytes) {
      for (const std::int8_t point : onnx::int8s(zero, where_)) plain = plain && point == 0;
    } else {
      for (const std::int32_t point : onnx::int32s(zero, where_)) plain = plain && point == 0;
    }
    if (!plain) node.fail("has a weight with a zero point other than 0, which is not supported");
  }
  derived_[node.node().outputs[0]] = constant;
}

}  // namespace signpost
