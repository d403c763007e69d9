#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/file.h"

namespace signpost {

/// The parts of an ONNX file (onnx.proto3 of ONNX 1.12, IR version 8) that the engine looks at. All
/// text and bytes are views of the file, which must stay.
namespace onnx {

/// TensorProto.DataType
enum class ElementType : int {
  undefined = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  int32 = 6,
  int64 = 7,
  float16 = 10
};

/// An initialiser. Its numbers are read by `floats` and `integers`.
struct Tensor {
  std::string_view name;
  int type = 0;  ///< an ElementType, or one that the engine does not read
  std::vector<std::int64_t> dims;
  ByteView raw;                            ///< little-endian; empty if the typed fields hold them
  std::vector<float> float_data;           ///< or
  std::vector<std::int64_t> integer_data;  ///< or
  bool external = false;                   ///< the numbers stand in another file

  /// The product of `dims`; -1 if one is negative or it is over 2^31.
  std::int64_t elements() const;
};

struct Attribute {
  float f = 0;
  std::int64_t i = 0;
  std::string_view s;
  std::vector<std::int64_t> ints;
};

struct Node {
  std::string_view op, name, domain;
  std::vector<std::string_view> inputs, outputs;  ///< an empty name is an optional one left out
  std::map<std::string_view, Attribute> attributes;
};

/// A declared input or output. A dimension without a fixed size is -1.
struct ValueInfo {
  std::string_view name;
  int type = 0;
  std::vector<std::int64_t> dims;
};

struct Model {
  std::int64_t ir_version = 0, opset = 0;
  std::string_view producer;
  std::unordered_map<std::string_view, std::string_view> metadata;
  std::vector<ValueInfo> inputs, outputs;
  std::unordered_map<std::string_view, Tensor> initialisers;
  std::vector<Node> nodes;
};

/// Reads the structure; whether the graph makes sense is not looked at. Throws Error{input} that
/// starts with `where` on bytes that are no ONNX file, and never reads outside of them.
Model read(ByteView file, const std::string& where);

/// The float32 numbers of `tensor`: in place if they are aligned in the file, else copied into
/// `copy`, which must then stay. Throws Error{input} that starts with `where` if the tensor is of
/// another type or holds another number of elements than its shape says.
std::span<const float> floats(const Tensor& tensor, std::vector<float>& copy,
                              const std::string& where);

/// The same for int64.
std::vector<std::int64_t> integers(const Tensor& tensor, const std::string& where);

/// The same for int8, always in place; its numbers must stand in raw_data.
std::span<const std::int8_t> int8s(const Tensor& tensor, const std::string& where);

/// The same for int32, copied; its numbers must stand in raw_data.
std::vector<std::int32_t> int32s(const Tensor& tensor, const std::string& where);

/// The numbers of a float16 tensor as float32, copied; they must stand in raw_data.
std::vector<float> halves(const Tensor& tensor, const std::string& where);

}  // namespace onnx
}  // namespace signpost
