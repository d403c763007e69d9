#include "train/network_builder.h"

#include <fmt/format.h>

#include "base/error.h"

namespace signpost {

int NetworkBuilder::channels(int input) const {
  return input < 0 ? 3 : spec_.layers[static_cast<std::size_t>(input)].out;
}

int NetworkBuilder::side(int input) const {
  return input < 0 ? spec_.input_px : spec_.layers[static_cast<std::size_t>(input)].side;
}

int NetworkBuilder::push(NetworkLayer layer) {
  const int from = layer.inputs[0], before = side(from);
  layer.in = channels(from);
  switch (layer.kind) {
    case NetworkLayer::Kind::convolution:
    case NetworkLayer::Kind::max_pool: {
      const int padded = before + layer.pad_before + layer.pad_after;
      if (padded < layer.kernel) {
        throw Error(Blame::usage,
                    fmt::format("{} halves its image more often than {} px allow; give it larger "
                                "ones (signpost crop --size) or fewer layers",
                                spec_.name, spec_.input_px));
      }
      layer.side = (padded - layer.kernel) / layer.stride + 1;
      break;
    }
    case NetworkLayer::Kind::add:
    case NetworkLayer::Kind::dropout:
      layer.side = before;
      break;
    case NetworkLayer::Kind::global_average:
    case NetworkLayer::Kind::flatten:
    case NetworkLayer::Kind::linear:
      break;
  }
  if (layer.kind == NetworkLayer::Kind::flatten) {
    layer.out = layer.in * before * before;
  } else if (layer.out == 0) {
    layer.out = layer.in;
  }
  spec_.layers.push_back(std::move(layer));
  return static_cast<int>(spec_.layers.size()) - 1;
}

int NetworkBuilder::convolution(int input, const Convolution& what) {
  NetworkLayer layer;
  layer.inputs = {input};
  layer.name = what.name;
  layer.norm_name = what.norm_name;
  layer.out = what.out;
  layer.kernel = what.kernel;
  layer.stride = what.stride;
  layer.groups = what.groups;
  layer.bias = what.bias;
  layer.activation = what.activation;
  layer.pad_before = layer.pad_after = (what.kernel - 1) / 2;
  if (pad_as_tensorflow_ && what.stride > 1) {
    const int length = side(input), steps = (length + what.stride - 1) / what.stride;
    const int total = std::max(0, (steps - 1) * what.stride + what.kernel - length);
    layer.pad_before = total / 2;
    layer.pad_after = total - total / 2;
  }
  return push(std::move(layer));
}

int NetworkBuilder::add(int left, int right, Activation activation) {
  NetworkLayer layer;
  layer.kind = NetworkLayer::Kind::add;
  layer.inputs = {left, right};
  layer.activation = activation;
  return push(std::move(layer));
}

int NetworkBuilder::max_pool(int input, int kernel, int stride, int padding) {
  NetworkLayer layer;
  layer.kind = NetworkLayer::Kind::max_pool;
  layer.inputs = {input};
  layer.kernel = kernel;
  layer.stride = stride;
  layer.pad_before = layer.pad_after = padding;
  return push(std::move(layer));
}

int NetworkBuilder::global_average(int input) {
  NetworkLayer layer;
  layer.kind = NetworkLayer::Kind::global_average;
  layer.inputs = {input};
  return push(std::move(layer));
}

int NetworkBuilder::flatten(int input) {
  NetworkLayer layer;
  layer.kind = NetworkLayer::Kind::flatten;
  layer.inputs = {input};
  return push(std::move(layer));
}

int NetworkBuilder::dropout(int input, double share, bool whole_channels) {
  NetworkLayer layer;
  layer.kind = NetworkLayer::Kind::dropout;
  layer.inputs = {input};
  layer.dropout = share;
  layer.whole_channels = whole_channels;
  return push(std::move(layer));
}

int NetworkBuilder::linear(int input, const std::string& name, int out, Activation activation) {
  NetworkLayer layer;
  layer.kind = NetworkLayer::Kind::linear;
  layer.inputs = {input};
  layer.name = name;
  layer.out = out;
  layer.activation = activation;
  return push(std::move(layer));
}

}  // namespace signpost
