#include "support/onnx_writer.h"

#include <cmath>

#include "base/random.h"

namespace signpost {
namespace {

using protozero::pbf_writer;

std::string value_info(const std::string& name, int type, const std::vector<std::int64_t>& dims) {
  std::string shape_bytes, tensor_bytes, type_bytes, bytes;
  pbf_writer shape(shape_bytes), tensor(tensor_bytes), wrapper(type_bytes), value(bytes);
  for (const std::int64_t size : dims) {
    std::string dim_bytes;
    pbf_writer dim(dim_bytes);
    if (size > 0) {
      dim.add_int64(1, size);
    } else {
      dim.add_string(2, "N");
    }
    shape.add_message(1, dim_bytes);
  }
  tensor.add_int32(1, type);
  tensor.add_message(2, shape_bytes);
  wrapper.add_message(1, tensor_bytes);
  value.add_string(1, name);
  value.add_message(2, type_bytes);
  return bytes;
}

std::string attribute_bytes(const OnnxAttribute& attribute) {
  enum Type { kFloat = 1, kInt = 2, kString = 3, kInts = 7 };
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_string(1, attribute.name);
  if (const auto* i = std::get_if<std::int64_t>(&attribute.value)) {
    writer.add_int64(3, *i);
    writer.add_int32(20, kInt);
  } else if (const auto* f = std::get_if<float>(&attribute.value)) {
    writer.add_float(2, *f);
    writer.add_int32(20, kFloat);
  } else if (const auto* s = std::get_if<std::string>(&attribute.value)) {
    writer.add_string(4, *s);
    writer.add_int32(20, kString);
  } else {
    for (const std::int64_t each : std::get<std::vector<std::int64_t>>(attribute.value))
      writer.add_int64(8, each);
    writer.add_int32(20, kInts);
  }
  return bytes;
}

/// Builds networks block by block, with random weights that keep activations of the order of 1.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(OnnxWriter& onnx) : onnx_(onnx) {}

  std::string convolution(const std::string& input, int from, int to, int stride) {
    const std::size_t inputs = static_cast<std::size_t>(from) * 9;
    return onnx_.node("Conv", {input, weights({to, from, 3, 3}, inputs), weights({to}, 4)},
                      {{"kernel_shape", std::vector<std::int64_t>{3, 3}},
                       {"pads", std::vector<std::int64_t>{1, 1, 1, 1}},
                       {"strides", std::vector<std::int64_t>{stride, stride}}});
  }
  std::string relu(const std::string& input) { return onnx_.node("Relu", {input}); }
  std::string residual(const std::string& input, int channels) {
    const std::string inner = relu(convolution(input, channels, channels, 1));
    return relu(onnx_.node("Add", {convolution(inner, channels, channels, 1), input}));
  }
  std::string head(const std::string& input, int channels, int classes) {
    const std::string pooled = onnx_.node("GlobalAveragePool", {input});
    const std::string flat = onnx_.node("Flatten", {pooled}, {{"axis", std::int64_t{1}}});
    const std::string logits =
        onnx_.node("Gemm",
                   {flat, weights({classes, channels}, static_cast<std::size_t>(channels) / 8),
                    weights({classes}, 4)},
                   {{"transB", std::int64_t{1}}});
    return onnx_.node("Softmax", {logits}, {{"axis", std::int64_t{1}}}, "probabilities");
  }

 private:
  std::string weights(const std::vector<std::int64_t>& dims, std::size_t inputs) {
    std::size_t count = 1;
    for (const std::int64_t size : dims) count *= static_cast<std::size_t>(size);
    std::vector<float> values = random_numbers(count, ++seed_);
    const float scale = std::sqrt(6.0f / static_cast<float>(inputs));
    for (float& value : values) value *= scale;
    return onnx_.weight(dims, values);
  }
  OnnxWriter& onnx_;
  std::uint64_t seed_ = 0;
};

constexpr std::array<float, 3> kScale = {0.017f, 0.0175f, 0.0174f}, kBias = {-2.1f, -2.0f, -1.8f};

}  // namespace

std::string OnnxWriter::weight(const std::vector<std::int64_t>& dims,
                               const std::vector<float>& values) {
  const std::string name = fresh("weight");
  std::string bytes;
  pbf_writer writer(bytes);
  for (const std::int64_t size : dims) writer.add_int64(1, size);
  writer.add_int32(2, 1);
  writer.add_string(8, name);
  if (raw) {
    writer.add_bytes(9, reinterpret_cast<const char*>(values.data()),
                     values.size() * sizeof(float));
  } else {
    writer.add_packed_float(4, values.begin(), values.end());
  }
  pbf_writer(initialisers_).add_message(5, bytes);
  return name;
}

std::string OnnxWriter::stored(int type, const std::vector<std::int64_t>& dims,
                               const std::string& bytes) {
  const std::string name = fresh("stored");
  std::string tensor;
  pbf_writer writer(tensor);
  for (const std::int64_t size : dims) writer.add_int64(1, size);
  writer.add_int32(2, type);
  writer.add_string(8, name);
  writer.add_bytes(9, bytes);
  pbf_writer(initialisers_).add_message(5, tensor);
  return name;
}

std::string OnnxWriter::integers(const std::vector<std::int64_t>& values) {
  const std::string name = fresh("integers");
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_int64(1, static_cast<std::int64_t>(values.size()));
  writer.add_int32(2, 7);
  writer.add_packed_int64(7, values.begin(), values.end());
  writer.add_string(8, name);
  pbf_writer(initialisers_).add_message(5, bytes);
  return name;
}

std::string OnnxWriter::node(const std::string& op, const std::vector<std::string>& inputs,
                             const std::vector<OnnxAttribute>& attributes,
                             const std::string& output) {
  const std::string name = output.empty() ? fresh(op) : output;
  std::string bytes;
  pbf_writer writer(bytes);
  for (const std::string& input : inputs) writer.add_string(1, input);
  writer.add_string(2, name);
  writer.add_string(3, name);
  writer.add_string(4, op);
  for (const OnnxAttribute& attribute : attributes)
    writer.add_message(5, attribute_bytes(attribute));
  pbf_writer(nodes_).add_message(1, bytes);
  return name;
}

std::string OnnxWriter::normalised(std::array<float, 3> scale, std::array<float, 3> bias) {
  const std::string cast = node("Cast", {"image"}, {{"to", std::int64_t{1}}});
  const std::string scaled = node("Mul", {cast, weight({3}, {scale[0], scale[1], scale[2]})});
  const std::string shifted =
      node("Add", {scaled, weight({1, 1, 1, 3}, {bias[0], bias[1], bias[2]})});
  return node("Transpose", {shifted}, {{"perm", std::vector<std::int64_t>{0, 3, 1, 2}}});
}

void OnnxWriter::metadata(const std::string& key, const std::string& value) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_string(1, key);
  writer.add_string(2, value);
  pbf_writer(metadata_).add_message(14, bytes);
}

std::string OnnxWriter::file(const std::string& output) const {
  std::string graph = nodes_, bytes, opset_bytes;
  pbf_writer graph_writer(graph), writer(bytes), opset_writer(opset_bytes);
  graph_writer.add_string(2, "test");
  graph += initialisers_;
  graph_writer.add_message(11, value_info("image", input_type, {batch, size_, size_, 3}));
  graph_writer.add_message(12, value_info(output, 1, {0, 0}));
  opset_writer.add_string(1, "");
  opset_writer.add_int64(2, opset);
  writer.add_int64(1, 8);
  writer.add_string(2, "signpost tests");
  writer.add_message(7, graph);
  writer.add_message(8, opset_bytes);
  return bytes + metadata_;
}

std::vector<float> random_numbers(std::size_t count, std::uint64_t seed) {
  Random random(seed, "test", 0, "weights");
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(random.uniform(-1, 1));
  return values;
}

std::string residual_network(int classes, const std::string& contract) {
  OnnxWriter onnx(48);
  onnx.metadata("signpost.preprocessing", contract);
  NetworkBuilder net(onnx);
  std::string x = onnx.normalised(kScale, kBias);
  x = net.relu(net.convolution(x, 3, 32, 1));
  int channels = 32;
  for (const int next : {32, 64, 128}) {
    x = net.relu(net.convolution(x, channels, next, 2));
    x = net.residual(x, next);
    channels = next;
  }
  return onnx.file(net.head(x, channels, classes));
}

std::string tiny_network(int size, int classes, const std::string& contract) {
  OnnxWriter onnx(size);
  onnx.metadata("signpost.preprocessing", contract);
  NetworkBuilder net(onnx);
  const std::string x = onnx.normalised(kScale, kBias);
  return onnx.file(net.head(net.relu(net.convolution(x, 3, 8, 2)), 8, classes));
}

}  // namespace signpost
