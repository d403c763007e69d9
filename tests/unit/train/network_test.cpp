#include <catch2/catch.hpp>

#include "base/error.h"
#include "device/engine.h"
#include "train/network_spec.h"
#include "train/onnx_writer.h"
#include "train/weights.h"
#include "unit/train/weights_of.h"

namespace signpost {
TEST_CASE("signnet is as small as it says") {
  const NetworkSpec spec = make_network({.input_px = 48, .classes = 43});
  CHECK(spec.parameter_count() == 496267);
  CHECK(spec.multiply_count() > 40'000'000);
  CHECK(spec.multiply_count() < 50'000'000);
}

TEST_CASE("an unknown network is the caller's mistake") {
  CHECK_THROWS_WITH(make_network({.name = "resnet9000", .classes = 43}),
                    "there is no network resnet9000; known are signnet, cnn, mobilenet_v2, "
                    "resnet34");
}

TEST_CASE("safetensors come back value for value, and every cut is refused") {
  const Weights weights = weights_of(make_network({.input_px = 32, .classes = 3}));
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
  const NetworkSpec spec = make_network({.input_px = 32, .classes = 5});
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
  const NetworkSpec spec = make_network({.input_px = 32, .classes = 5});
  Weights weights = weights_of(spec);
  weights.erase("head.bias");
  CHECK_THROWS_WITH(write_onnx(spec, weights, info_of(spec), {}),
                    "the weight head.bias is missing; train the run again");
}

}  // namespace signpost
