#include <fmt/format.h>

#include "train/network_builder.h"

namespace signpost {
namespace {

using Activation = NetworkLayer::Activation;

}  // namespace

void build_signnet(NetworkSpec& spec, const NetworkOptions& options) {
  NetworkBuilder b(spec);
  const auto convolution = [&](int input, const std::string& name, int out, int stride,
                               Activation activation) {
    return b.convolution(input, {.name = name + ".conv",
                                 .norm_name = name + ".norm",
                                 .out = out,
                                 .stride = stride,
                                 .activation = activation});
  };
  int x = convolution(-1, "stem", options.width, 1, Activation::relu);
  int stage = 0;
  for (const int out : {options.width, 2 * options.width, 4 * options.width}) {
    const std::string name = "stage" + std::to_string(++stage);
    x = convolution(x, name + ".down", out, 2, Activation::relu);
    const int first = convolution(x, name + ".residual.a", out, 1, Activation::relu);
    const int second = convolution(first, name + ".residual.b", out, 1, Activation::none);
    x = b.add(x, second, Activation::relu);
  }
  b.linear(b.global_average(x), "head", spec.classes, Activation::none);
}

/// The names are those of the state dicts that the authors publish (github.com/roger-creus/
/// CNN-in-mobile-device, notebooks/light-cnn-deploy.ipynb), as are the dropouts and the biases
/// before the batch norms.
void build_cnn(NetworkSpec& spec, const NetworkOptions& options) {
  NetworkBuilder b(spec);
  int x = -1, out = 16;
  for (int i = 1; i <= options.conv_layers; ++i, out *= 2) {
    x = b.convolution(x, {.name = fmt::format("conv{}", i),
                          .norm_name = fmt::format("conv_bn_{}", i),
                          .out = out,
                          .bias = true});
    x = b.dropout(b.max_pool(x, 2, 2, 0), 0.2, true);
  }
  x = b.flatten(x);
  int place = 0;  // in the authors' nn.Sequential of linear, ReLU, dropout, linear, ...
  for (const int hidden : {options.fc1, options.fc2}) {
    if (hidden == 0) continue;
    x = b.linear(x, fmt::format("mlp.{}", place), hidden, Activation::relu);
    x = b.dropout(x, 0.4, false);
    place += 3;
  }
  b.linear(x, fmt::format("mlp.{}", place), spec.classes, Activation::none);
}

void build_mobilenet_v2(NetworkSpec& spec, const NetworkOptions& options) {
  NetworkBuilder b(spec, options.pad_as_tensorflow);
  int x = b.convolution(-1, {.name = "features.0.0",
                             .norm_name = "features.0.1",
                             .out = 32,
                             .stride = 2,
                             .activation = Activation::relu6});
  struct Stage {
    int expansion, out, blocks, stride;
  };
  // Table 2 of the paper.
  constexpr Stage kStages[] = {{1, 16, 1, 1}, {6, 24, 2, 2},  {6, 32, 3, 2}, {6, 64, 4, 2},
                               {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}};
  int block = 0;
  for (const Stage& stage : kStages) {
    for (int i = 0; i < stage.blocks; ++i) {
      const std::string name = fmt::format("features.{}.conv.", ++block);
      const int in = b.channels(x), hidden = in * stage.expansion,
                stride = i == 0 ? stage.stride : 1;
      int y = x, part = 0;
      const auto next = [&](int out, int kernel, int step, int groups) {
        const std::string inner = name + std::to_string(part++);
        y = b.convolution(y, {.name = inner + ".0",
                              .norm_name = inner + ".1",
                              .out = out,
                              .kernel = kernel,
                              .stride = step,
                              .groups = groups,
                              .activation = Activation::relu6});
      };
      if (stage.expansion > 1) next(hidden, 1, 1, 1);
      next(hidden, 3, stride, hidden);
      y = b.convolution(y, {.name = name + std::to_string(part),
                            .norm_name = name + std::to_string(part + 1),
                            .out = stage.out,
                            .kernel = 1,
                            .activation = Activation::none});
      x = stride == 1 && in == stage.out ? b.add(x, y, Activation::none) : y;
    }
  }
  x = b.convolution(x, {.name = "features.18.0",
                        .norm_name = "features.18.1",
                        .out = 1280,
                        .kernel = 1,
                        .activation = Activation::relu6});
  x = b.dropout(b.global_average(x), 0.2, false);
  b.linear(x, "classifier.1", spec.classes, Activation::none);
}

void build_resnet34(NetworkSpec& spec) {
  NetworkBuilder b(spec);
  int x =
      b.convolution(-1, {.name = "conv1", .norm_name = "bn1", .out = 64, .kernel = 7, .stride = 2});
  x = b.max_pool(x, 3, 2, 1);
  int stage = 0;
  for (const int blocks : {3, 4, 6, 3}) {
    const int out = 64 << stage++;
    for (int i = 0; i < blocks; ++i) {
      const std::string name = fmt::format("layer{}.{}.", stage, i);
      const int stride = i == 0 && stage > 1 ? 2 : 1;
      const int first = b.convolution(
          x, {.name = name + "conv1", .norm_name = name + "bn1", .out = out, .stride = stride});
      const int second = b.convolution(first, {.name = name + "conv2",
                                               .norm_name = name + "bn2",
                                               .out = out,
                                               .activation = Activation::none});
      const int shortcut = stride == 1 ? x
                                       : b.convolution(x, {.name = name + "downsample.0",
                                                           .norm_name = name + "downsample.1",
                                                           .out = out,
                                                           .kernel = 1,
                                                           .stride = stride,
                                                           .activation = Activation::none});
      x = b.add(shortcut, second, Activation::relu);
    }
  }
  b.linear(b.global_average(x), "fc", spec.classes, Activation::none);
}

}  // namespace signpost
