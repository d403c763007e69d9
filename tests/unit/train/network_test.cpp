#include <catch2/catch.hpp>
#include <cmath>

#include "base/error.h"
#include "device/engine.h"
#include "train/network_spec.h"
#include "train/onnx_writer.h"
#include "train/weights.h"

namespace signpost {
namespace {

/// Weights of the right shapes with small pseudo-random values and lively batch norms.
Weights weights_of(const NetworkSpec& spec) {
  Weights weights;
  std::uint32_t state = 1;
  const auto fill = [&](const std::string& name, std::vector<std::int64_t> shape, float low,
                        float high) {
    std::size_t count = 1;
    for (const std::int64_t side : shape) count *= static_cast<std::size_t>(side);
    Tensor& tensor = weights[name];
    tensor.shape = std::move(shape);
    for (std::size_t i = 0; i < count; ++i) {
      state = state * 1664525u + 1013904223u;
      tensor.values.push_back(low + (high - low) * static_cast<float>(state >> 8) / 16777216.0f);
    }
  };
  for (const Layer& layer : spec.layers) {
    if (layer.kind == Layer::Kind::convolution) {
      const float range = std::sqrt(2.0f / static_cast<float>(layer.in * 9));
      fill(layer.name + ".weight", {layer.out, layer.in, layer.kernel, layer.kernel}, -range,
           range);
      fill(layer.norm_name + ".weight", {layer.out}, 0.5f, 1.5f);
      fill(layer.norm_name + ".bias", {layer.out}, -0.5f, 0.5f);
      fill(layer.norm_name + ".running_mean", {layer.out}, -0.2f, 0.2f);
      fill(layer.norm_name + ".running_var", {layer.out}, 0.5f, 1.5f);
    } else if (layer.kind == Layer::Kind::linear) {
      fill(layer.name + ".weight", {layer.out, layer.in}, -0.2f, 0.2f);
      fill(layer.name + ".bias", {layer.out}, -0.2f, 0.2f);
    }
  }
  return weights;
}

RunInfo info_of(const NetworkSpec& spec) {
  RunInfo info;
  info.preprocessing.size = spec.input_px;
  info.mean = {90, 80, 85};
  info.deviation = {60, 62, 64};
  return info;
}

}  // namespace

TEST_CASE("signnet is as small as it says") {
  const NetworkSpec spec = make_network("signnet", 48, 43);
  CHECK(spec.parameter_count() == 496267);
  CHECK(spec.multiply_count() > 40'000'000);
  CHECK(spec.multiply_count() < 50'000'000);
}

TEST_CASE("an unknown network is the caller's mistake") {
  CHECK_THROWS_WITH(make_network("resnet9000", 48, 43),
                    "there is no network resnet9000; known are signnet");
}

TEST_CASE("safetensors come back value for value, and every cut is refused") {
  const Weights weights = weights_of(make_network("signnet", 32, 3));
  const Bytes bytes = encode_safetensors(weights);
  const Weights back = decode_safetensors(bytes, "x");
  REQUIRE(back.size() == weights.size());
  for (const auto& [name, tensor] : weights) {
    CHECK(back.at(name).shape == tensor.shape);
    CHECK(back.at(name).values == tensor.values);
  }
  for (std::size_t size = 0; size < bytes.size(); size += 997) {
    CHECK_THROWS_AS(decode_safetensors(ByteView(bytes).first(size), "x"), Error);
  }
  CHECK_THROWS_WITH(decode_safetensors(as_bytes("nonsense?"), "x"),
                    "x: is cut short or not a safetensors file");
}

TEST_CASE("the ONNX file is the same for the same weights, and the device's engine runs it") {
  const NetworkSpec spec = make_network("signnet", 32, 5);
  const Weights weights = weights_of(spec);
  const Bytes onnx = write_onnx(spec, weights, info_of(spec), {{"key", "value"}});
  CHECK(onnx == write_onnx(spec, weights, info_of(spec), {{"key", "value"}}));
  Engine engine(onnx, "test");
  const std::vector<std::uint8_t> image(32 * 32 * 3, 100);
  std::vector<float> probabilities(5);
  engine.run(image, probabilities);
  float sum = 0;
  for (const float p : probabilities) sum += p;
  CHECK(sum == Approx(1).margin(1e-5));
}

TEST_CASE("a missing weight is named") {
  const NetworkSpec spec = make_network("signnet", 32, 5);
  Weights weights = weights_of(spec);
  weights.erase("head.bias");
  CHECK_THROWS_WITH(write_onnx(spec, weights, info_of(spec), {}),
                    "the weight head.bias is missing; train the run again");
}

}  // namespace signpost
