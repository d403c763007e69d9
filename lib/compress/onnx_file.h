#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// clang-format off
#include <onnx/onnx_pb.h>
// clang-format on

#include "base/file.h"

namespace signpost {

/// Reads an ONNX file. Throws Error{input} on anything else.
onnx::ModelProto parse_onnx(ByteView file);

/// The file of `model`, the same bytes for the same model. Throws Error{input} if ONNX's own
/// checker or its shape inference refuse it.
Bytes checked_onnx(const onnx::ModelProto& model);

/// Appends to a graph.
class OnnxGraph {
 public:
  explicit OnnxGraph(onnx::GraphProto& graph) : graph_(graph) {}

  void initialiser(const std::string& name, const std::vector<std::int64_t>& shape,
                   const std::vector<float>& values);
  void initialiser(const std::string& name, const std::vector<std::int64_t>& shape,
                   const std::vector<std::int8_t>& values);
  void initialiser(const std::string& name, const std::vector<std::int64_t>& shape,
                   const std::vector<std::int32_t>& values);
  /// IEEE 754 half precision, as bits.
  void halves(const std::string& name, const std::vector<std::int64_t>& shape,
              const std::vector<std::uint16_t>& bits);

  /// A node named after its one output.
  onnx::NodeProto& node(const char* op, const std::vector<std::string>& inputs,
                        const std::string& output);

 private:
  void raw(const std::string& name, const std::vector<std::int64_t>& shape, int type,
           const void* values, std::size_t bytes);
  onnx::GraphProto& graph_;
};

void set_integers(onnx::NodeProto& node, const char* name, const std::vector<std::int64_t>& values);
void set_integer(onnx::NodeProto& node, const char* name, std::int64_t value);

/// The initialisers of a graph by name. Views: the graph must stay as it is.
std::map<std::string, const onnx::TensorProto*> initialisers_of(const onnx::GraphProto& graph);

/// Shape and float32 values of an initialiser. Throws Error{input} if it has another type.
std::vector<std::int64_t> shape_of(const onnx::TensorProto& tensor);
std::vector<float> floats_of(const onnx::TensorProto& tensor);

}  // namespace signpost
