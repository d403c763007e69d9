#include "train/torch_network.h"

#include <cmath>

#include "base/error.h"

namespace signpost {
namespace {

/// ReLU6 is a clamp: hardtanh, which PyTorch's own ReLU6 is, has no bfloat16 backward pass on the
/// processor in libtorch 1.13.
torch::Tensor activated(const torch::Tensor& x, NetworkLayer::Activation activation) {
  switch (activation) {
    case NetworkLayer::Activation::relu:
      return torch::relu(x);
    case NetworkLayer::Activation::relu6:
      return torch::clamp(x, 0, 6);
    case NetworkLayer::Activation::none:
      break;
  }
  return x;
}

/// Module names may not hold dots; weights are named by the spec.
std::string module_name(std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

}  // namespace

WeightTensor copy_of(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
  WeightTensor copy;
  copy.shape.assign(flat.sizes().begin(), flat.sizes().end());
  copy.values.assign(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
  return copy;
}

TorchNetwork::TorchNetwork(NetworkSpec spec) : spec_(std::move(spec)), steps_(spec_.layers.size()) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const NetworkLayer& layer = spec_.layers[i];
    Step& step = steps_[i];
    if (layer.kind == NetworkLayer::Kind::convolution) {
      const bool even = layer.pad_before == layer.pad_after;
      step.convolution = register_module(
          module_name(layer.name),
          torch::nn::Conv2d(torch::nn::Conv2dOptions(layer.in, layer.out, layer.kernel)
                                .stride(layer.stride)
                                .padding(even ? layer.pad_before : 0)
                                .groups(layer.groups)
                                .bias(layer.bias)));
      torch::nn::init::kaiming_normal_(step.convolution->weight, 0, torch::kFanOut, torch::kReLU);
      step.convolution->weight.set_data(
          step.convolution->weight.contiguous(torch::MemoryFormat::ChannelsLast));
      if (layer.bias) torch::nn::init::zeros_(step.convolution->bias);
      if (!layer.norm_name.empty()) {
        step.norm =
            register_module(module_name(layer.norm_name), torch::nn::BatchNorm2d(layer.out));
      }
    } else if (layer.kind == NetworkLayer::Kind::linear) {
      step.linear =
          register_module(module_name(layer.name), torch::nn::Linear(layer.in, layer.out));
      const double gain = layer.activation == NetworkLayer::Activation::none ? 1 : 2;
      torch::nn::init::normal_(step.linear->weight, 0, std::sqrt(gain / layer.in));
      torch::nn::init::zeros_(step.linear->bias);
    }
  }
}

torch::Tensor TorchNetwork::convolved(std::size_t index, torch::Tensor x) {
  const NetworkLayer& layer = spec_.layers[index];
  Step& step = steps_[index];
  if (layer.pad_before != layer.pad_after) {
    x = torch::constant_pad_nd(
        x, {layer.pad_before, layer.pad_after, layer.pad_before, layer.pad_after});
  }
  x = step.convolution->forward(x);
  if (!step.norm) return x;
  if (watch_) watch_(index, x);
  return step.norm->forward(x);
}

std::vector<torch::Tensor> TorchNetwork::values(torch::Tensor images) {
  std::vector<torch::Tensor> values(steps_.size());
  const auto input = [&](const NetworkLayer& layer, std::size_t k) {
    return layer.inputs[k] < 0 ? images : values[static_cast<std::size_t>(layer.inputs[k])];
  };
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const NetworkLayer& layer = spec_.layers[i];
    torch::Tensor x = input(layer, 0);
    switch (layer.kind) {
      case NetworkLayer::Kind::convolution:
        x = convolved(i, x);
        break;
      case NetworkLayer::Kind::add:
        x = x + input(layer, 1);
        break;
      case NetworkLayer::Kind::max_pool:
        x = torch::max_pool2d(x, layer.kernel, layer.stride, layer.pad_before);
        break;
      case NetworkLayer::Kind::global_average:
        x = x.mean({2, 3});
        break;
      case NetworkLayer::Kind::flatten:
        x = x.flatten(1);
        break;
      case NetworkLayer::Kind::dropout:
        x = layer.whole_channels ? torch::feature_dropout(x, layer.dropout, is_training())
                                 : torch::dropout(x, layer.dropout, is_training());
        break;
      case NetworkLayer::Kind::linear:
        x = steps_[i].linear->forward(x);
        break;
    }
    values[i] = activated(x, layer.activation);
  }
  return values;
}

torch::Device TorchNetwork::device() const { return parameters().at(0).device(); }

std::vector<torch::Tensor> TorchNetwork::tensors() const {
  std::vector<torch::Tensor> all;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    if (step.convolution) {
      all.push_back(step.convolution->weight);
      if (spec_.layers[i].bias) all.push_back(step.convolution->bias);
    }
    if (step.norm) {
      all.insert(all.end(), {step.norm->weight, step.norm->bias, step.norm->running_mean,
                             step.norm->running_var});
    }
    if (step.linear) all.insert(all.end(), {step.linear->weight, step.linear->bias});
  }
  return all;
}

Weights TorchNetwork::weights() const {
  const std::vector<WeightShape> names = spec_.weight_shapes();
  const std::vector<torch::Tensor> all = tensors();
  Weights weights;
  for (std::size_t i = 0; i < names.size(); ++i) weights[names[i].name] = copy_of(all[i]);
  return weights;
}

void TorchNetwork::load(const Weights& weights) {
  const torch::NoGradGuard no_grad;
  const std::vector<WeightShape> names = spec_.weight_shapes();
  const std::vector<torch::Tensor> all = tensors();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const WeightTensor& source = weight(weights, names[i].name);
    if (source.shape != names[i].shape) {
      throw Error(Blame::input, "weight " + names[i].name +
                                    " has another shape than the network; train it again");
    }
    all[i].copy_(
        torch::from_blob(const_cast<float*>(source.values.data()), source.shape, torch::kFloat32));
  }
}

void TorchNetwork::freeze_backbone() {
  frozen_ = true;
  for (std::size_t i = 0; i < spec_.classifier(); ++i) {
    std::vector<torch::Tensor> parameters;
    if (steps_[i].convolution) parameters = steps_[i].convolution->parameters();
    if (steps_[i].norm) {
      for (const torch::Tensor& each : steps_[i].norm->parameters()) parameters.push_back(each);
    }
    for (torch::Tensor& parameter : parameters) parameter.set_requires_grad(false);
  }
  train(is_training());
}

void TorchNetwork::train(bool on) {
  torch::nn::Module::train(on);
  if (!frozen_) return;
  for (std::size_t i = 0; i < spec_.classifier(); ++i) {
    if (steps_[i].norm) steps_[i].norm->eval();
  }
}

bool TorchNetwork::norms_are_folded() const {
  constexpr double kNear = 1e-4;  // the variance may have been set to 1 - epsilon
  bool any = false, shifts = false;
  for (const Step& step : steps_) {
    if (!step.norm) continue;
    any = true;
    const auto apart = [](const torch::Tensor& values, double from) {
      return (values - from).abs().max().item<double>();
    };
    if (apart(step.norm->weight, 1) > kNear || apart(step.norm->running_mean, 0) > kNear ||
        apart(step.norm->running_var, 1) > kNear) {
      return false;
    }
    shifts = shifts || apart(step.norm->bias, 0) > kNear;
  }
  return any && shifts;  // without shifts it is a network that was never trained
}

void TorchNetwork::unfold_norms(const std::function<std::optional<torch::Tensor>()>& next) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> sums(steps_.size()), squares(steps_.size());
  std::vector<double> counts(steps_.size());
  watch_ = [&](std::size_t i, const torch::Tensor& x) {
    const torch::Tensor values = x.to(torch::kFloat64);
    const torch::Tensor sum = values.sum({0, 2, 3}), square = (values * values).sum({0, 2, 3});
    sums[i] = sums[i].defined() ? sums[i] + sum : sum;
    squares[i] = squares[i].defined() ? squares[i] + square : square;
    counts[i] += static_cast<double>(x.numel() / x.size(1));
  };
  const bool training = is_training();
  eval();
  while (const std::optional<torch::Tensor> images = next()) forward(*images);
  train(training);
  watch_ = nullptr;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    if (!sums[i].defined()) continue;
    torch::nn::BatchNorm2dImpl& norm = *steps_[i].norm;
    const double epsilon = norm.options.eps();
    const torch::Tensor mean = sums[i] / counts[i],
                        variance = (squares[i] / counts[i] - mean * mean).clamp_min(0);
    const torch::Tensor scale = norm.weight / torch::sqrt(norm.running_var + epsilon);
    const torch::Tensor shift = norm.bias - scale * norm.running_mean;
    norm.bias.copy_(shift + scale * mean);
    const torch::Tensor& filters = steps_[i].convolution->weight;
    const torch::Tensor length = filters.flatten(1).to(torch::kFloat64).norm(2, 1).clamp_min(1e-6);
    filters.div_(length.to(torch::kFloat32).view({-1, 1, 1, 1}));
    if (spec_.layers[i].bias) steps_[i].convolution->bias.div_(length);
    norm.running_mean.copy_(mean / length);
    norm.running_var.copy_(variance / (length * length));
    norm.weight.copy_(scale * length * torch::sqrt(variance / (length * length) + epsilon));
  }
}

torch::Tensor pixel_tensor(std::span<const std::uint8_t> pixels, std::size_t count, int size) {
  return torch::from_blob(const_cast<std::uint8_t*>(pixels.data()),
                          {static_cast<std::int64_t>(count), size, size, 3}, torch::kUInt8);
}

torch::Tensor channels(const std::array<float, 3>& values) {
  return torch::tensor({values[0], values[1], values[2]});
}

torch::Tensor normalise(const torch::Tensor& images, const torch::Tensor& mean,
                        const torch::Tensor& deviation) {
  return images.to(torch::kFloat32).sub_(mean).div_(deviation).permute({0, 3, 1, 2});
}

torch::Tensor resized(const torch::Tensor& images, int px) {
  if (images.size(2) == px && images.size(3) == px) return images;
  return at::_upsample_bilinear2d_aa(images, {px, px}, false)
      .contiguous(torch::MemoryFormat::ChannelsLast);
}

}  // namespace signpost
