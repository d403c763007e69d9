#include "train/torch_network.h"

#include <cmath>

#include "base/error.h"

namespace signpost {
namespace {

torch::Tensor activated(const torch::Tensor& x, Layer::Activation activation) {
  switch (activation) {
    case Layer::Activation::relu:
      return torch::relu(x);
    case Layer::Activation::relu6:
      return torch::clamp(x, 0, 6);
    case Layer::Activation::none:
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

Tensor copy_of(const torch::Tensor& tensor) {
  const torch::Tensor flat = tensor.detach().to(torch::kFloat32).contiguous();
  Tensor copy;
  copy.shape.assign(flat.sizes().begin(), flat.sizes().end());
  copy.values.assign(flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel());
  return copy;
}

TorchNetwork::TorchNetwork(NetworkSpec spec) : spec_(std::move(spec)), steps_(spec_.layers.size()) {
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Layer& layer = spec_.layers[i];
    Step& step = steps_[i];
    if (layer.kind == Layer::Kind::convolution) {
      step.convolution = register_module(
          module_name(layer.name),
          torch::nn::Conv2d(torch::nn::Conv2dOptions(layer.in, layer.out, layer.kernel)
                                .stride(layer.stride)
                                .padding(layer.padding)
                                .groups(layer.groups)
                                .bias(layer.norm_name.empty())));
      torch::nn::init::kaiming_normal_(step.convolution->weight, 0, torch::kFanOut, torch::kReLU);
      step.convolution->weight.set_data(
          step.convolution->weight.contiguous(torch::MemoryFormat::ChannelsLast));
      if (!layer.norm_name.empty()) {
        step.norm =
            register_module(module_name(layer.norm_name), torch::nn::BatchNorm2d(layer.out));
      }
    } else if (layer.kind == Layer::Kind::linear) {
      step.linear =
          register_module(module_name(layer.name), torch::nn::Linear(layer.in, layer.out));
      torch::nn::init::normal_(step.linear->weight, 0, 1.0 / std::sqrt(layer.in));
      torch::nn::init::zeros_(step.linear->bias);
    }
  }
}

torch::Tensor TorchNetwork::forward(torch::Tensor images) {
  std::vector<torch::Tensor> values(steps_.size());
  const auto input = [&](const Layer& layer, std::size_t k) {
    return layer.inputs[k] < 0 ? images : values[static_cast<std::size_t>(layer.inputs[k])];
  };
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Layer& layer = spec_.layers[i];
    Step& step = steps_[i];
    torch::Tensor x = input(layer, 0);
    switch (layer.kind) {
      case Layer::Kind::convolution:
        x = step.convolution->forward(x);
        if (step.norm) x = step.norm->forward(x);
        break;
      case Layer::Kind::add:
        x = x + input(layer, 1);
        break;
      case Layer::Kind::max_pool:
        x = torch::max_pool2d(x, layer.kernel, layer.stride, layer.padding);
        break;
      case Layer::Kind::global_average:
        x = x.mean({2, 3});
        break;
      case Layer::Kind::flatten:
        x = x.flatten(1);
        break;
      case Layer::Kind::dropout:
        x = torch::dropout(x, layer.dropout, is_training());
        break;
      case Layer::Kind::linear:
        x = step.linear->forward(x);
        break;
    }
    values[i] = activated(x, layer.activation);
  }
  return values.back();
}

Weights TorchNetwork::weights() const {
  Weights weights;
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Layer& layer = spec_.layers[i];
    const Step& step = steps_[i];
    if (step.convolution) {
      weights[layer.name + ".weight"] = copy_of(step.convolution->weight);
      if (layer.norm_name.empty()) weights[layer.name + ".bias"] = copy_of(step.convolution->bias);
    }
    if (step.norm) {
      weights[layer.norm_name + ".weight"] = copy_of(step.norm->weight);
      weights[layer.norm_name + ".bias"] = copy_of(step.norm->bias);
      weights[layer.norm_name + ".running_mean"] = copy_of(step.norm->running_mean);
      weights[layer.norm_name + ".running_var"] = copy_of(step.norm->running_var);
    }
    if (step.linear) {
      weights[layer.name + ".weight"] = copy_of(step.linear->weight);
      weights[layer.name + ".bias"] = copy_of(step.linear->bias);
    }
  }
  return weights;
}

void TorchNetwork::load(const Weights& weights) {
  const torch::NoGradGuard no_grad;
  const auto fill = [&](torch::Tensor target, const std::string& name) {
    const Tensor& source = weight(weights, name);
    if (!std::equal(source.shape.begin(), source.shape.end(), target.sizes().begin(),
                    target.sizes().end())) {
      throw Error(Blame::input,
                  "weight " + name + " has another shape than the network; train it again");
    }
    target.copy_(
        torch::from_blob(const_cast<float*>(source.values.data()), source.shape, torch::kFloat32));
  };
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Layer& layer = spec_.layers[i];
    Step& step = steps_[i];
    if (step.convolution) {
      fill(step.convolution->weight, layer.name + ".weight");
      if (layer.norm_name.empty()) fill(step.convolution->bias, layer.name + ".bias");
    }
    if (step.norm) {
      fill(step.norm->weight, layer.norm_name + ".weight");
      fill(step.norm->bias, layer.norm_name + ".bias");
      fill(step.norm->running_mean, layer.norm_name + ".running_mean");
      fill(step.norm->running_var, layer.norm_name + ".running_var");
    }
    if (step.linear) {
      fill(step.linear->weight, layer.name + ".weight");
      fill(step.linear->bias, layer.name + ".bias");
    }
  }
}

torch::Tensor normalise(const torch::Tensor& images, const torch::Tensor& mean,
                        const torch::Tensor& deviation) {
  return images.to(torch::kFloat32).sub_(mean).div_(deviation).permute({0, 3, 1, 2});
}

}  // namespace signpost
