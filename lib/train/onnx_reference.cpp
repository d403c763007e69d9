#include "train/onnx_reference.h"

#include <torch/torch.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "compress/onnx_file.h"

namespace signpost {
namespace {

using Values = std::map<std::string, torch::Tensor>;

torch::Tensor tensor_of(const onnx::TensorProto& proto) {
  const std::vector<std::int64_t> shape = shape_of(proto);
  const auto copied = [&](torch::ScalarType type) {
    const torch::Tensor tensor = torch::empty(shape, type);
    if (tensor.nbytes() != proto.raw_data().size())
      throw Error(Blame::input, "the initialiser " + proto.name() + " has a wrong size");
    std::copy(proto.raw_data().begin(), proto.raw_data().end(),
              static_cast<char*>(tensor.data_ptr()));
    return tensor;
  };
  switch (proto.data_type()) {
    case onnx::TensorProto::FLOAT:
      return copied(torch::kFloat32);
    case onnx::TensorProto::FLOAT16:
      return copied(torch::kFloat16);
    case onnx::TensorProto::INT8:
      return copied(torch::kInt8);
    case onnx::TensorProto::INT32:
      return copied(torch::kInt32);
    default:
      throw Error(Blame::input, "the initialiser " + proto.name() + " has an unknown type");
  }
}

/// One node with its inputs and attributes.
class Operation {
 public:
  Operation(const onnx::NodeProto& node, const Values& values) : node_(node), values_(values) {}

  torch::Tensor result() const {
    const std::string& op = node_.op_type();
    if (op == "Cast") return in(0).to(torch::kFloat32);
    if (op == "Mul") return in(0) * in(1);
    if (op == "Add") return in(0) + in(1);
    if (op == "Transpose") return in(0).permute(integers("perm")).contiguous();
    if (op == "Relu") return torch::relu(in(0));
    if (op == "Clip") return torch::clamp(in(0), in(1).item<float>(), in(2).item<float>());
    if (op == "Flatten") return in(0).flatten(1);
    if (op == "GlobalAveragePool") return in(0).mean({2, 3}, true);
    if (op == "Softmax") return torch::softmax(in(0), 1);
    if (op == "Gemm") return torch::addmm(in(2), in(0), in(1).t());
    if (op == "Conv") return convolution();
    if (op == "MaxPool") {
      return torch::max_pool2d(padded(-std::numeric_limits<float>::infinity()),
                               integers("kernel_shape"), integers("strides"));
    }
    if (op == "QuantizeLinear") {
      // Kept as float32, which holds the integers exactly.
      const float zero_point = in(2).to(torch::kFloat32).item<float>();
      return torch::clamp(torch::round(in(0) / in(1)) + zero_point, -128, 127);
    }
    if (op == "DequantizeLinear") return dequantised();
    throw Error(Blame::input, "node " + node_.name() + ": the reference has no " + op);
  }

 private:
  torch::Tensor in(int index) const {
    const auto found =
        index < node_.input_size() ? values_.find(node_.input(index)) : values_.end();
    if (found == values_.end())
      throw Error(Blame::input, "node " + node_.name() + " has an input that nothing gives");
    return found->second;
  }

  const onnx::AttributeProto* attribute(const char* name) const {
    const auto found = std::ranges::find_if(
        node_.attribute(), [&](const onnx::AttributeProto& each) { return each.name() == name; });
    return found == node_.attribute().end() ? nullptr : &*found;
  }
  std::vector<std::int64_t> integers(const char* name) const {
    const onnx::AttributeProto* found = attribute(name);
    if (found == nullptr)
      throw Error(Blame::input, "node " + node_.name() + " lacks the attribute " + name);
    return {found->ints().begin(), found->ints().end()};
  }

  torch::Tensor padded(double with) const {
    const std::vector<std::int64_t> pads = integers("pads");  // top, left, bottom, right
    return torch::constant_pad_nd(in(0), {pads.at(1), pads.at(3), pads.at(0), pads.at(2)}, with);
  }

  torch::Tensor convolution() const {
    const onnx::AttributeProto* group = attribute("group");
    const std::vector<std::int64_t> none = {0, 0}, dense = {1, 1};
    return torch::conv2d(padded(0), in(1), in(2), integers("strides"), none, dense,
                         group == nullptr ? 1 : group->i());
  }

  torch::Tensor dequantised() const {
    std::vector<std::int64_t> shape(static_cast<std::size_t>(in(0).dim()), 1);
    if (in(1).dim() == 1) shape.at(0) = -1;  // one scale an output channel
    // An int32 bias is beyond what float32 holds exactly.
    const torch::Tensor steps =
        in(0).to(torch::kFloat64) - in(2).to(torch::kFloat64).reshape(shape);
    return (steps * in(1).to(torch::kFloat64).reshape(shape)).to(torch::kFloat32);
  }

  const onnx::NodeProto& node_;
  const Values& values_;
};

}  // namespace

struct OnnxReference::Impl {
  onnx::ModelProto model;
  Values constants;
  std::vector<const onnx::NodeProto*> nodes;  ///< those that depend on the image
};

OnnxReference::OnnxReference(ByteView onnx) : impl_(std::make_unique<Impl>()) {
  const torch::NoGradGuard no_grad;
  impl_->model = parse_onnx(onnx);
  Values& constants = impl_->constants;
  for (const onnx::TensorProto& each : impl_->model.graph().initializer())
    constants[each.name()] = tensor_of(each);
  for (const onnx::NodeProto& node : impl_->model.graph().node()) {
    const bool constant = std::ranges::all_of(
        node.input(), [&](const std::string& input) { return constants.contains(input); });
    if (constant) {
      constants[node.output(0)] = Operation(node, constants).result();
    } else {
      impl_->nodes.push_back(&node);
    }
  }
}

OnnxReference::~OnnxReference() = default;

void OnnxReference::predict(std::span<const std::uint8_t> pixels, std::size_t count,
                            std::span<float> probabilities, const Watch& watch) {
  const torch::NoGradGuard no_grad;
  const onnx::GraphProto& graph = impl_->model.graph();
  const auto& dims = graph.input(0).type().tensor_type().shape();
  Values values = impl_->constants;
  values[graph.input(0).name()] =
      torch::from_blob(const_cast<std::uint8_t*>(pixels.data()),
                       {static_cast<std::int64_t>(count), dims.dim(1).dim_value(),
                        dims.dim(2).dim_value(), dims.dim(3).dim_value()},
                       torch::kUInt8);
  for (const onnx::NodeProto* node : impl_->nodes) {
    const torch::Tensor value = values[node->output(0)] =
        Operation(*node, values).result().contiguous();
    if (watch) {
      watch(node->output(0), {value.data_ptr<float>(), static_cast<std::size_t>(value.numel())});
    }
  }
  const torch::Tensor& result = values.at(graph.output(0).name());
  std::copy_n(result.data_ptr<float>(), probabilities.size(), probabilities.begin());
}

}  // namespace signpost
