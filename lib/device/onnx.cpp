#include "device/onnx.h"

#include <bit>
#include <cstring>
#include <protozero/pbf_reader.hpp>

#include "base/error.h"

namespace signpost::onnx {
namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

static_assert(std::endian::native == std::endian::little, "ONNX stores little-endian numbers");

constexpr std::size_t kMaxRank = 16;

/// Field number and wire type in one, for a switch. protozero asserts that the two fit.
constexpr std::uint32_t field(std::uint32_t number, pbf_wire_type type) {
  return protozero::tag_and_type(number, type);
}
constexpr std::uint32_t varint(std::uint32_t number) {
  return field(number, pbf_wire_type::varint);
}
constexpr std::uint32_t bytes(std::uint32_t number) {
  return field(number, pbf_wire_type::length_delimited);
}
constexpr std::uint32_t fixed32(std::uint32_t number) {
  return field(number, pbf_wire_type::fixed32);
}

std::string_view text(pbf_reader& message) {
  const protozero::data_view view = message.get_view();
  return {view.data(), view.size()};
}

template <typename Range, typename Value>
void append(const Range& range, std::vector<Value>& out) {
  for (const auto value : range) out.push_back(value);
}

Tensor read_tensor(pbf_reader message) {
  Tensor tensor;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(1):
        tensor.dims.push_back(message.get_int64());
        break;
      case bytes(1):
        append(message.get_packed_int64(), tensor.dims);
        break;
      case varint(2):
        tensor.type = message.get_int32();
        break;
      case bytes(4):
        append(message.get_packed_float(), tensor.float_data);
        break;
      case fixed32(4):
        tensor.float_data.push_back(message.get_float());
        break;
      case bytes(7):
        append(message.get_packed_int64(), tensor.integer_data);
        break;
      case varint(7):
        tensor.integer_data.push_back(message.get_int64());
        break;
      case bytes(8):
        tensor.name = text(message);
        break;
      case bytes(9):
        tensor.raw = as_bytes(text(message));
        break;
      case varint(14):
        tensor.external = message.get_int32() != 0;
        break;
      default:
        message.skip();
    }
  }
  return tensor;
}

std::pair<std::string_view, Attribute> read_attribute(pbf_reader message) {
  std::string_view name;
  Attribute attribute;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case bytes(1):
        name = text(message);
        break;
      case fixed32(2):
        attribute.f = message.get_float();
        break;
      case varint(3):
        attribute.i = message.get_int64();
        break;
      case bytes(4):
        attribute.s = text(message);
        break;
      case varint(8):
        attribute.ints.push_back(message.get_int64());
        break;
      case bytes(8):
        append(message.get_packed_int64(), attribute.ints);
        break;
      default:
        message.skip();
    }
  }
  return {name, std::move(attribute)};
}

Node read_node(pbf_reader message) {
  Node node;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case bytes(1):
        node.inputs.push_back(text(message));
        break;
      case bytes(2):
        node.outputs.push_back(text(message));
        break;
      case bytes(3):
        node.name = text(message);
        break;
      case bytes(4):
        node.op = text(message);
        break;
      case bytes(5):
        node.attributes.insert(read_attribute(message.get_message()));
        break;
      case bytes(7):
        node.domain = text(message);
        break;
      default:
        message.skip();
    }
  }
  return node;
}

std::int64_t read_dimension(pbf_reader message) {
  std::int64_t size = -1;
  while (message.next()) {
    if (message.tag_and_type() == varint(1)) {
      size = message.get_int64();
    } else {
      message.skip();
    }
  }
  return size;
}

void read_shape(pbf_reader message, ValueInfo& value) {
  while (message.next(1, pbf_wire_type::length_delimited))
    value.dims.push_back(read_dimension(message.get_message()));
}

void read_tensor_type(pbf_reader message, ValueInfo& value) {
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(1):
        value.type = message.get_int32();
        break;
      case bytes(2):
        read_shape(message.get_message(), value);
        break;
      default:
        message.skip();
    }
  }
}

ValueInfo read_value(pbf_reader message) {
  ValueInfo value;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case bytes(1):
        value.name = text(message);
        break;
      case bytes(2): {
        pbf_reader type = message.get_message();
        while (type.next(1, pbf_wire_type::length_delimited))
          read_tensor_type(type.get_message(), value);
        break;
      }
      default:
        message.skip();
    }
  }
  return value;
}

void read_graph(pbf_reader message, Model& model) {
  while (message.next()) {
    switch (message.tag_and_type()) {
      case bytes(1):
        model.nodes.push_back(read_node(message.get_message()));
        break;
      case bytes(5): {
        Tensor tensor = read_tensor(message.get_message());
        const std::string_view name = tensor.name;
        model.initialisers.insert_or_assign(name, std::move(tensor));
        break;
      }
      case bytes(11):
        model.inputs.push_back(read_value(message.get_message()));
        break;
      case bytes(12):
        model.outputs.push_back(read_value(message.get_message()));
        break;
      default:
        message.skip();
    }
  }
}

void read_opset(pbf_reader message, Model& model) {
  std::string_view domain;
  std::int64_t version = 0;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case bytes(1):
        domain = text(message);
        break;
      case varint(2):
        version = message.get_int64();
        break;
      default:
        message.skip();
    }
  }
  if (domain.empty() || domain == "ai.onnx") model.opset = version;
}

void read_metadata(pbf_reader message, Model& model) {
  std::string_view key, value;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case bytes(1):
        key = text(message);
        break;
      case bytes(2):
        value = text(message);
        break;
      default:
        message.skip();
    }
  }
  model.metadata.insert_or_assign(key, value);
}

Model read_model(pbf_reader message) {
  Model model;
  while (message.next()) {
    switch (message.tag_and_type()) {
      case varint(1):
        model.ir_version = message.get_int64();
        break;
      case bytes(2):
        model.producer = text(message);
        break;
      case bytes(7):
        read_graph(message.get_message(), model);
        break;
      case bytes(8):
        read_opset(message.get_message(), model);
        break;
      case bytes(14):
        read_metadata(message.get_message(), model);
        break;
      default:
        message.skip();
    }
  }
  return model;
}

/// Copies `raw` as numbers of type `Number`; it need not be aligned.
template <typename Number>
std::vector<Number> numbers(ByteView raw) {
  std::vector<Number> values(raw.size() / sizeof(Number));
  if (!values.empty()) std::memcpy(values.data(), raw.data(), values.size() * sizeof(Number));
  return values;
}

[[noreturn]] void fail(const Tensor& tensor, const std::string& what, const std::string& where) {
  throw Error(Blame::input, where + ": the weight " + std::string(tensor.name) + " " + what);
}

/// The number of elements, after checking that the tensor is here, of `type` and of `held`
/// elements.
std::int64_t checked(const Tensor& tensor, ElementType type, const char* type_name,
                     std::size_t element_size, std::size_t held, const std::string& where) {
  if (tensor.external) fail(tensor, "stands in another file; export the model as one file", where);
  if (tensor.type != static_cast<int>(type)) {
    fail(tensor, "is of ONNX type " + std::to_string(tensor.type) + ", not " + type_name, where);
  }
  const std::int64_t elements = tensor.elements();
  if (elements < 0 || tensor.dims.size() > kMaxRank) fail(tensor, "has an absurd shape", where);
  const bool whole = tensor.raw.size() % element_size == 0;
  const std::size_t found = tensor.raw.empty() ? held : tensor.raw.size() / element_size;
  if (!whole || found != static_cast<std::size_t>(elements)) {
    fail(tensor,
         "holds " + std::to_string(found) + " numbers for a shape of " + std::to_string(elements),
         where);
  }
  return elements;
}

/// binary16 of IEEE 754 to binary32, exactly.
float widen(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half} >> 15 << 31, exponent = half >> 10 & 31,
                      mantissa = half & 1023;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == 31 ? 255 : exponent + 112;
  return std::bit_cast<float>(sign | wide << 23 | mantissa << 13);
}

}  // namespace

std::int64_t Tensor::elements() const {
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  std::int64_t product = 1;
  for (const std::int64_t size : dims) {
    if (size < 0 || size > kMost) return -1;
    product *= size;
    if (product > kMost) return -1;
  }
  return product;
}

Model read(ByteView file, const std::string& where) {
  try {
    Model model = read_model(pbf_reader(reinterpret_cast<const char*>(file.data()), file.size()));
    if (model.nodes.empty() || model.opset == 0)
      throw Error(Blame::input, where + ": is not an ONNX model");
    return model;
  } catch (const protozero::exception& error) {
    throw Error(Blame::input,
                where + ": is not an ONNX model or is damaged (" + error.what() + ")");
  }
}

std::span<const float> floats(const Tensor& tensor, std::vector<float>& copy,
                              const std::string& where) {
  checked(tensor, ElementType::float32, "float32", sizeof(float), tensor.float_data.size(), where);
  if (tensor.raw.empty()) return tensor.float_data;
  if (reinterpret_cast<std::uintptr_t>(tensor.raw.data()) % alignof(float) == 0) {
    return {reinterpret_cast<const float*>(tensor.raw.data()), tensor.raw.size() / sizeof(float)};
  }
  copy = numbers<float>(tensor.raw);
  return copy;
}

std::vector<std::int64_t> integers(const Tensor& tensor, const std::string& where) {
  checked(tensor, ElementType::int64, "int64", sizeof(std::int64_t), tensor.integer_data.size(),
          where);
  return tensor.raw.empty() ? tensor.integer_data : numbers<std::int64_t>(tensor.raw);
}

std::span<const std::int8_t> int8s(const Tensor& tensor, const std::string& where) {
  checked(tensor, ElementType::int8, "int8", 1, 0, where);
  return {reinterpret_cast<const std::int8_t*>(tensor.raw.data()), tensor.raw.size()};
}

std::vector<std::int32_t> int32s(const Tensor& tensor, const std::string& where) {
  checked(tensor, ElementType::int32, "int32", sizeof(std::int32_t), 0, where);
  return numbers<std::int32_t>(tensor.raw);
}

std::vector<float> halves(const Tensor& tensor, const std::string& where) {
  checked(tensor, ElementType::float16, "float16", sizeof(std::uint16_t), 0, where);
  std::vector<float> values;
  for (const std::uint16_t half : numbers<std::uint16_t>(tensor.raw)) values.push_back(widen(half));
  return values;
}

}  // namespace signpost::onnx
