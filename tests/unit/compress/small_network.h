#pragma once

#include "compress/onnx_file.h"

namespace signpost {

/// 4 x 4 pixels to two classes: one convolution of two channels with Relu, a pool, a mean over the
/// image, one dense layer. Written with the operators that the exporter uses.
inline onnx::ModelProto small_network() {
  onnx::ModelProto model;
  model.set_ir_version(7);
  model.add_opset_import()->set_version(13);
  onnx::GraphProto& graph = *model.mutable_graph();
  graph.set_name("small");
  const auto describe = [](onnx::ValueInfoProto& value, const char* name, int type,
                           const std::vector<std::int64_t>& shape) {
    value.set_name(name);
    auto* tensor = value.mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(type);
    for (const std::int64_t side : shape) tensor->mutable_shape()->add_dim()->set_dim_value(side);
  };
  describe(*graph.add_input(), "image", onnx::TensorProto::UINT8, {1, 4, 4, 3});
  describe(*graph.add_output(), "probabilities", onnx::TensorProto::FLOAT, {1, 2});
  OnnxGraph out(graph);
  out.initialiser("scale", {3}, std::vector<float>{0.01f, 0.01f, 0.01f});
  out.initialiser("shift", {3}, std::vector<float>{-1, -1, -1});
  out.initialiser("conv.weight", {2, 3, 1, 1}, std::vector<float>{1, 0.5f, -0.25f, 0, 2, -4});
  out.initialiser("conv.bias", {2}, std::vector<float>{0.125f, -0.5f});
  out.initialiser("fc.weight", {2, 2}, std::vector<float>{1, -1, 0.5f, 0.25f});
  out.initialiser("fc.bias", {2}, std::vector<float>{0, 1});
  set_integer(out.node("Cast", {"image"}, "float"), "to", onnx::TensorProto::FLOAT);
  out.node("Mul", {"float", "scale"}, "scaled");
  out.node("Add", {"scaled", "shift"}, "normal");
  set_integers(out.node("Transpose", {"normal"}, "planes"), "perm", {0, 3, 1, 2});
  onnx::NodeProto& conv = out.node("Conv", {"planes", "conv.weight", "conv.bias"}, "conv");
  set_integers(conv, "kernel_shape", {1, 1});
  set_integers(conv, "pads", {0, 0, 0, 0});
  set_integers(conv, "strides", {1, 1});
  out.node("Relu", {"conv"}, "relu");
  onnx::NodeProto& pool = out.node("MaxPool", {"relu"}, "pool");
  set_integers(pool, "kernel_shape", {2, 2});
  set_integers(pool, "pads", {0, 0, 0, 0});
  set_integers(pool, "strides", {2, 2});
  out.node("GlobalAveragePool", {"pool"}, "mean");
  set_integer(out.node("Flatten", {"mean"}, "flat"), "axis", 1);
  set_integer(out.node("Gemm", {"flat", "fc.weight", "fc.bias"}, "logits"), "transB", 1);
  set_integer(out.node("Softmax", {"logits"}, "probabilities"), "axis", 1);
  return model;
}

}  // namespace signpost
