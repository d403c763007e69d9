#include "compress/onnx_file.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/checker.h>
#include <onnx/shape_inference/implementation.h>

#include <cstring>
#include <limits>

#include "base/error.h"

namespace signpost {

onnx::ModelProto parse_onnx(ByteView file) {
  onnx::ModelProto model;
  if (file.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      !model.ParseFromArray(file.data(), static_cast<int>(file.size()))) {
    throw Error(Blame::input, "the bytes are no ONNX file");
  }
  return model;
}

Bytes checked_onnx(const onnx::ModelProto& model) {
  try {
    onnx::checker::check_model(model);
    onnx::ModelProto inferred = model;
    onnx::shape_inference::InferShapes(inferred);
  } catch (const std::exception& error) {
    throw Error(Blame::input, std::string("the network is not valid ONNX: ") + error.what());
  }
  Bytes bytes(model.ByteSizeLong());
  google::protobuf::io::ArrayOutputStream array(bytes.data(), static_cast<int>(bytes.size()));
  google::protobuf::io::CodedOutputStream stream(&array);
  stream.SetSerializationDeterministic(true);
  if (!model.SerializeToCodedStream(&stream))
    throw Error(Blame::environment, "the network cannot be serialised as ONNX");
  return bytes;
}

void OnnxGraph::raw(const std::string& name, const std::vector<std::int64_t>& shape, int type,
                    const void* values, std::size_t bytes) {
  onnx::TensorProto* tensor = graph_.add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(type);
  for (const std::int64_t side : shape) tensor->add_dims(side);
  tensor->set_raw_data(values, bytes);
}

void OnnxGraph::initialiser(const std::string& name, const std::vector<std::int64_t>& shape,
                            const std::vector<float>& values) {
  raw(name, shape, onnx::TensorProto::FLOAT, values.data(), values.size() * sizeof(float));
}

void OnnxGraph::initialiser(const std::string& name, const std::vector<std::int64_t>& shape,
                            const std::vector<std::int8_t>& values) {
  raw(name, shape, onnx::TensorProto::INT8, values.data(), values.size());
}

void OnnxGraph::initialiser(const std::string& name, const std::vector<std::int64_t>& shape,
                            const std::vector<std::int32_t>& values) {
  raw(name, shape, onnx::TensorProto::INT32, values.data(), values.size() * sizeof(std::int32_t));
}

void OnnxGraph::halves(const std::string& name, const std::vector<std::int64_t>& shape,
                       const std::vector<std::uint16_t>& bits) {
  raw(name, shape, onnx::TensorProto::FLOAT16, bits.data(), bits.size() * sizeof(std::uint16_t));
}

onnx::NodeProto& OnnxGraph::node(const char* op, const std::vector<std::string>& inputs,
                                 const std::string& output) {
  onnx::NodeProto* node = graph_.add_node();
  node->set_op_type(op);
  node->set_name(output);
  for (const std::string& input : inputs) node->add_input(input);
  node->add_output(output);
  return *node;
}

void set_integers(onnx::NodeProto& node, const char* name,
                  const std::vector<std::int64_t>& values) {
  onnx::AttributeProto* attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::INTS);
  for (const std::int64_t value : values) attribute->add_ints(value);
}

void set_integer(onnx::NodeProto& node, const char* name, std::int64_t value) {
  onnx::AttributeProto* attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(onnx::AttributeProto::INT);
  attribute->set_i(value);
}

std::map<std::string, const onnx::TensorProto*> initialisers_of(const onnx::GraphProto& graph) {
  std::map<std::string, const onnx::TensorProto*> all;
  for (const onnx::TensorProto& each : graph.initializer()) all[each.name()] = &each;
  return all;
}

std::vector<std::int64_t> shape_of(const onnx::TensorProto& tensor) {
  return {tensor.dims().begin(), tensor.dims().end()};
}

std::vector<float> floats_of(const onnx::TensorProto& tensor) {
  std::size_t count = 1;
  for (const std::int64_t side : tensor.dims()) count *= static_cast<std::size_t>(side);
  std::vector<float> values(tensor.float_data().begin(), tensor.float_data().end());
  if (tensor.has_raw_data()) {
    values.resize(tensor.raw_data().size() / sizeof(float));
    std::memcpy(values.data(), tensor.raw_data().data(), values.size() * sizeof(float));
  }
  if (tensor.data_type() != onnx::TensorProto::FLOAT || values.size() != count) {
    throw Error(Blame::input, "the weights " + tensor.name() +
                                  " are not float32; only a float32 network can be compressed");
  }
  return values;
}

}  // namespace signpost
