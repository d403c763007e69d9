#include "compress/float16.h"

#include <bit>
#include <cmath>
#include <set>

#include "base/error.h"
#include "compress/onnx_file.h"

namespace signpost {

std::uint16_t half_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000u);
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u);  // not a number
  if (magnitude >= 0x477ff000u) return static_cast<std::uint16_t>(sign | 0x7c00u);
  if (magnitude < 0x38800000u) {
    // Subnormal halves are multiples of 2^-24; nearbyint rounds ties to even.
    const float units = std::nearbyint(std::bit_cast<float>(magnitude) * 0x1p24f);
    return static_cast<std::uint16_t>(sign | static_cast<std::uint32_t>(units));
  }
  const std::uint32_t odd = magnitude >> 13 & 1u;
  const std::uint32_t rounded = magnitude + 0xfffu + odd - 0x38000000u;
  return static_cast<std::uint16_t>(sign | rounded >> 13);
}

float float_of_half(std::uint16_t half) {
  const std::uint32_t exponent = half >> 10 & 0x1fu, fraction = half & 0x3ffu;
  float value = static_cast<float>(fraction) * 0x1p-24f;
  if (exponent == 31) {
    value = std::bit_cast<float>(0x7f800000u | fraction << 13);
  } else if (exponent > 0) {
    value = std::bit_cast<float>((exponent + 112) << 23 | fraction << 13);
  }
  return (half & 0x8000u) != 0 ? -value : value;
}

Bytes to_float16(ByteView file) {
  const onnx::ModelProto source = parse_onnx(file);
  onnx::ModelProto model = source;
  onnx::GraphProto& graph = *model.mutable_graph();
  const auto weights = initialisers_of(source.graph());
  std::set<std::string> halved;
  for (const onnx::NodeProto& node : source.graph().node()) {
    if (node.op_type() != "Conv" && node.op_type() != "Gemm") continue;
    if (weights.contains(node.input(1))) halved.insert(node.input(1));
  }
  graph.clear_initializer();
  graph.clear_node();
  OnnxGraph out(graph);
  for (const onnx::TensorProto& each : source.graph().initializer()) {
    if (!halved.contains(each.name())) {
      *graph.add_initializer() = each;
      continue;
    }
    std::vector<std::uint16_t> bits;
    for (const float value : floats_of(each)) {
      const std::uint16_t half = half_of(value);
      if ((half & 0x7c00u) == 0x7c00u) {
        throw Error(Blame::input,
                    "a weight of " + each.name() + " is too large for float16; use float32");
      }
      bits.push_back(half);
    }
    out.halves(each.name() + ".half", shape_of(each), bits);
    set_integer(out.node("Cast", {each.name() + ".half"}, each.name()), "to",
                onnx::TensorProto::FLOAT);
  }
  for (const onnx::NodeProto& node : source.graph().node()) *graph.add_node() = node;
  return checked_onnx(model);
}

}  // namespace signpost
