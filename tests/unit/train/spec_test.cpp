#include <catch2/catch.hpp>

#include "base/error.h"
#include "train/network_spec.h"

namespace signpost {
namespace {

NetworkOptions preset(const std::string& name) {
  for (const NetworkPreset& each : network_presets()) {
    if (each.name == name) {
      NetworkOptions options = each.options;
      options.classes = 43;
      return options;
    }
  }
  FAIL("there is no preset " << name);
  return {};
}

}  // namespace

TEST_CASE("the paper's networks have the parameters that docs/networks.md works out") {
  CHECK(make_network(preset("cnn-5-256")).parameter_count() == 17'215'915);
  CHECK(make_network(preset("cnn-6-256")).parameter_count() == 5'791'659);
  CHECK(make_network(preset("cnn-6-512")).parameter_count() == 68'773'803);
}

TEST_CASE("torchvision's networks have torchvision's parameters") {
  const auto count = [](const char* name, int classes) {
    return make_network({.name = name, .input_px = 224, .classes = classes}).parameter_count();
  };
  CHECK(count("mobilenet_v2", 1000) == 3'504'872);
  CHECK(count("resnet34", 1000) == 21'797'672);
  CHECK(count("mobilenet_v2", 43) == 2'278'955);
  CHECK(count("resnet34", 43) == 21'306'731);
}

TEST_CASE("multiplications are those of the papers") {
  const auto count = [](const char* name, int px) {
    return static_cast<double>(
        make_network({.name = name, .input_px = px, .classes = 1000}).multiply_count());
  };
  CHECK(count("mobilenet_v2", 224) == Approx(300e6).epsilon(0.01));  // Sandler et al., table 4
  CHECK(count("resnet34", 224) == Approx(3.6e9).epsilon(0.02));      // He et al., table 1
}

TEST_CASE("padding as TensorFlow's depends on whether a side is even") {
  const NetworkSpec spec = make_network(
      {.name = "mobilenet_v2", .input_px = 48, .classes = 5, .pad_as_tensorflow = true});
  std::vector<std::pair<int, int>> strided;
  int last = 0;
  for (const NetworkLayer& layer : spec.layers) {
    if (layer.stride == 2) strided.emplace_back(layer.pad_before, layer.pad_after);
    if (layer.kind == NetworkLayer::Kind::convolution) last = layer.side;
    if (layer.stride == 1 && layer.kernel == 3) CHECK(layer.pad_before == layer.pad_after);
  }
  // 48, 24, 12, 6 and then 3 pixels.
  CHECK(strided == std::vector<std::pair<int, int>>{{0, 1}, {0, 1}, {0, 1}, {0, 1}, {1, 1}});
  CHECK(last == 2);
}

TEST_CASE("an image that is halved away is the caller's mistake") {
  CHECK_THROWS_WITH(make_network({.name = "cnn", .input_px = 48, .classes = 43}),
                    "cnn halves its image more often than 48 px allow; give it larger ones "
                    "(signpost crop --size) or fewer layers");
  CHECK_NOTHROW(make_network({.name = "cnn", .input_px = 64, .classes = 43}));
}

TEST_CASE("the classifier begins where the pixels end") {
  const auto first = [](NetworkOptions options) {
    const NetworkSpec spec = make_network(options);
    return spec.layers[spec.classifier()].name;
  };
  CHECK(first({.name = "signnet", .classes = 2}) == "head");
  CHECK(first({.name = "cnn", .input_px = 64, .classes = 2}) == "mlp.0");
  CHECK(first({.name = "mobilenet_v2", .classes = 2}) == "classifier.1");
  CHECK(first({.name = "resnet34", .classes = 2}) == "fc");
}

}  // namespace signpost
