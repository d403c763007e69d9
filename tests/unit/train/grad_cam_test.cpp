// REQUIRE throughout: libtorch's logging brings a CHECK of its own, which ends the program.
#include "train/grad_cam.h"

#include <catch2/catch.hpp>

#include "train/network_builder.h"
#include "unit/train/weights_of.h"

namespace signpost {
namespace {

/// Two maps, of red and of blue, and two classes: one wants red and dislikes blue, one the reverse.
TorchNetwork red_or_blue() {
  NetworkSpec spec;
  spec.name = "red or blue";
  spec.input_px = 16;
  spec.classes = 2;
  NetworkBuilder b(spec);
  int x =
      b.convolution(-1, {.name = "colour", .norm_name = "", .out = 2, .kernel = 1, .bias = true});
  x = b.max_pool(x, 2, 2, 0);
  b.linear(b.global_average(x), "head", 2, NetworkBuilder::Activation::none);
  Weights weights;
  weights["colour.weight"] = {{2, 3, 1, 1}, {1, 0, 0, 0, 0, 1}};
  weights["colour.bias"] = {{2}, {0, 0}};
  weights["head.weight"] = {{2, 2}, {1, -1, -1, 1}};
  weights["head.bias"] = {{2}, {0, 0}};
  TorchNetwork network(spec);
  network.load(weights);
  return network;
}

/// Red in the upper left corner, blue in the lower right one.
torch::Tensor red_and_blue() {
  torch::Tensor image = torch::zeros({1, 3, 16, 16});
  image.slice(2, 0, 4).slice(3, 0, 4).select(1, 0).fill_(1);
  image.slice(2, 12, 16).slice(3, 12, 16).select(1, 2).fill_(1);
  return image;
}

torch::Tensor asked(std::initializer_list<std::int64_t> outputs) {
  return torch::tensor(std::vector<std::int64_t>(outputs), torch::kInt64);
}

}  // namespace

TEST_CASE("the map of a class lies where the image speaks for it") {
  TorchNetwork network = red_or_blue();
  const torch::Tensor images = torch::cat({red_and_blue(), red_and_blue()});
  const torch::Tensor heat = grad_cam(network, images, asked({0, 1}));
  REQUIRE(heat.sizes() == torch::IntArrayRef({2, 16, 16}));
  const auto corner = [&](std::int64_t image, std::int64_t at) {
    return heat[image].slice(0, at, at + 4).slice(1, at, at + 4).sum().item<double>();
  };
  REQUIRE(corner(0, 0) == Approx(16));
  REQUIRE(corner(0, 12) == Approx(0));
  REQUIRE(corner(1, 0) == Approx(0));
  REQUIRE(corner(1, 12) == Approx(16));
  REQUIRE(heat.sum().item<double>() == Approx(32));
}

TEST_CASE("where nothing speaks for a class its map is empty") {
  TorchNetwork network = red_or_blue();
  const torch::Tensor heat = grad_cam(network, torch::zeros({1, 3, 16, 16}), asked({0}));
  REQUIRE(heat.abs().sum().item<double>() == 0);
}

TEST_CASE("images of one batch are explained as each would be alone, for every network") {
  for (const NetworkOptions& options : small_networks()) {
    INFO(options.name);
    const NetworkSpec spec = make_network(options);
    TorchNetwork network(spec);
    network.load(weights_of(spec));
    torch::manual_seed(2);
    const torch::Tensor images = torch::randn({3, 3, spec.input_px, spec.input_px})
                                     .contiguous(torch::MemoryFormat::ChannelsLast);
    const torch::Tensor together = grad_cam(network, images, asked({0, 2, 1}));
    const torch::Tensor alone = grad_cam(network, images.narrow(0, 1, 1), asked({2}));
    REQUIRE((together[1] - alone[0]).abs().max().item<double>() < 1e-4);
    REQUIRE(together.min().item<double>() >= 0);
    REQUIRE(together.max().item<double>() <= 1);
    for (const torch::Tensor& parameter : network.parameters())
      REQUIRE_FALSE(parameter.grad().defined());
  }
}

TEST_CASE("the maps that are explained are the last ones that the classifier sees") {
  const auto layer = [](const char* name) {
    const NetworkSpec spec =
        make_network({.name = name, .input_px = native_input_px(name), .classes = 43});
    return spec.layers[last_feature_maps(spec)];
  };
  REQUIRE(layer("signnet").kind == NetworkLayer::Kind::add);
  REQUIRE(layer("signnet").side == 6);
  REQUIRE(layer("resnet34").kind == NetworkLayer::Kind::add);
  REQUIRE(layer("mobilenet_v2").name == "features.18.0");
  REQUIRE(layer("cnn").name == "conv6");
}

}  // namespace signpost
