#include "device/engine.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/error.h"
#include "reference.h"
#include "support/onnx_writer.h"

namespace signpost {
namespace {

constexpr std::array<float, 3> kScale = {1 / 64.0f, 1 / 80.0f, 1 / 50.0f},
                               kBias = {-2, -1.5f, -2.5f};
using Ints = std::vector<std::int64_t>;

/// A network under test, built operator by operator beside what each must give.
struct Bench {
  OnnxWriter onnx;
  std::vector<std::uint8_t> image;
  std::string name;  ///< of the activation that was added last
  Map map;           ///< and what it must be
  std::uint64_t seed = 100;

  explicit Bench(int size) : onnx(size) {
    for (const float value : random_numbers(static_cast<std::size_t>(size * size * 3), 1))
      image.push_back(static_cast<std::uint8_t>(127.5f + 127.5f * value));
    name = onnx.normalised(kScale, kBias);
    map = reference_image(image, size, kScale, kBias);
  }

  std::vector<float> numbers(std::size_t count, std::size_t inputs) {
    std::vector<float> values = random_numbers(count, ++seed);
    for (float& value : values) value /= std::sqrt(static_cast<float>(inputs));
    return values;
  }

  void convolution(int outputs, int groups, const ReferenceWindow& w, bool with_bias = true) {
    const int depth = map.channels / groups, area = w.kernel_y * w.kernel_x;
    const std::vector<float> weights = numbers(static_cast<std::size_t>(outputs * depth * area),
                                               static_cast<std::size_t>(depth * area)),
                             bias = with_bias ? numbers(static_cast<std::size_t>(outputs), 1)
                                              : std::vector<float>{};
    std::vector<std::string> inputs = {
        name, onnx.weight({outputs, depth, w.kernel_y, w.kernel_x}, weights)};
    if (with_bias) inputs.push_back(onnx.weight({outputs}, bias));
    name = onnx.node("Conv", inputs,
                     {{"kernel_shape", w.kernel()},
                      {"strides", w.strides()},
                      {"dilations", w.dilations()},
                      {"pads", w.pads()},
                      {"group", std::int64_t{groups}}});
    map = reference_convolution(map, weights, bias, outputs, groups, w);
  }

  void flatten() { name = onnx.node("Flatten", {name}); }

  void dense(int outputs) {
    const std::size_t inputs = map.values.size();
    const std::vector<float> weights = numbers(static_cast<std::size_t>(outputs) * inputs, inputs),
                             bias = numbers(static_cast<std::size_t>(outputs), 1);
    name = onnx.node("Gemm",
                     {name, onnx.weight({outputs, static_cast<std::int64_t>(inputs)}, weights),
                      onnx.weight({outputs}, bias)},
                     {{"transB", std::int64_t{1}}});
    const std::vector<float> result = reference_dense(map.values, weights, bias);
    map = Map(outputs, 1, 1);
    map.values = result;
  }

  /// The largest difference between what the engine computes and what it must.
  double error() const {
    const std::string text = onnx.file(name);
    const Bytes file(text.begin(), text.end());
    Engine engine(file, "m.onnx");
    REQUIRE(engine.output_size() == map.values.size());
    std::vector<float> output(engine.output_size());
    double worst = 0;
    for (int repeat = 0; repeat < 2; ++repeat) {
      engine.run(image, output);
      for (std::size_t i = 0; i < output.size(); ++i) {
        const double difference = std::abs(double{output[i]} - map.values[i]);
        if (!(difference <= worst)) worst = difference;
      }
    }
    return worst;
  }
};

constexpr double kTolerance = 1e-5;

ReferenceWindow window(int kernel, int stride, int before, int after) {
  return {kernel, kernel, stride, stride, 1, 1, before, before, after, after};
}

}  // namespace

TEST_CASE("the image is cast, scaled, shifted and turned to channels first") {
  Bench bench(9);
  bench.name = bench.onnx.node("Clip", {bench.name});
  CHECK(bench.error() == 0);
}

TEST_CASE("convolutions agree with their definition") {
  SECTION("3x3 with the same size") {
    Bench bench(11);
    bench.convolution(7, 1, window(3, 1, 1, 1));
    CHECK(bench.error() < kTolerance);
  }
  SECTION("stride 2 with asymmetric pads") {
    Bench bench(12);
    bench.convolution(8, 1, window(3, 2, 0, 1));
    bench.convolution(16, 1, window(3, 2, 0, 1));
    CHECK(bench.map.height == 3);
    CHECK(bench.error() < kTolerance);
  }
  SECTION("four different pads, a kernel that is not square, without bias") {
    Bench bench(10);
    bench.convolution(5, 1, {2, 5, 1, 2, 1, 1, 1, 3, 0, 2}, false);
    CHECK(bench.error() < kTolerance);
  }
  SECTION("1x1, whose weights need no other layout") {
    Bench bench(8);
    bench.convolution(19, 1, window(1, 1, 0, 0));
    CHECK(bench.error() < kTolerance);
  }
  SECTION("dilated") {
    Bench bench(13);
    bench.convolution(6, 1, {3, 3, 1, 1, 2, 3, 2, 3, 2, 3});
    CHECK(bench.error() < kTolerance);
  }
  SECTION("in groups") {
    Bench bench(9);
    bench.convolution(12, 1, window(1, 1, 0, 0));
    bench.convolution(8, 4, window(3, 1, 1, 1));
    CHECK(bench.error() < kTolerance);
  }
  SECTION("depthwise, 3x3 and 5x5, stride 2") {
    Bench bench(16);
    bench.convolution(20, 1, window(1, 1, 0, 0));
    bench.convolution(20, 20, window(3, 2, 1, 1));
    bench.convolution(20, 20, window(5, 1, 2, 2));
    CHECK(bench.error() < kTolerance);
  }
  SECTION("depthwise, stride 2, padded on the right and at the bottom only") {
    Bench bench(12);
    bench.convolution(24, 1, window(1, 1, 0, 0));
    bench.convolution(24, 24, window(3, 2, 0, 1));
    CHECK(bench.map.height == 6);
    CHECK(bench.error() < kTolerance);
  }
  SECTION("7x7 with stride 2, and a 1x1 that skips every other pixel") {
    Bench bench(15);
    bench.convolution(8, 1, window(7, 2, 3, 3));
    bench.convolution(16, 1, window(1, 2, 0, 0));
    CHECK(bench.map.height == 4);
    CHECK(bench.error() < kTolerance);
  }
  SECTION("depthwise with two outputs a channel") {
    Bench bench(8);
    bench.convolution(6, 3, window(3, 1, 1, 1));
    CHECK(bench.error() < kTolerance);
  }
}

TEST_CASE("auto_pad is the padding that keeps the size over the stride") {
  for (const bool upper : {true, false}) {
    Bench bench(10);
    const std::vector<float> weights = bench.numbers(4 * 3 * 9, 27);
    bench.name = bench.onnx.node(
        "Conv", {bench.name, bench.onnx.weight({4, 3, 3, 3}, weights)},
        {{"auto_pad", std::string(upper ? "SAME_UPPER" : "SAME_LOWER")}, {"strides", Ints{2, 2}}});
    bench.map = reference_convolution(bench.map, weights, {}, 4, 1,
                                      upper ? window(3, 2, 0, 1) : window(3, 2, 1, 0));
    CHECK(bench.error() < kTolerance);
  }
}

TEST_CASE("Relu and Clip bound what comes before them") {
  Bench bench(8);
  bench.convolution(9, 1, window(3, 1, 1, 1));
  SECTION("Relu") {
    bench.name = bench.onnx.node("Relu", {bench.name});
    bench.map = reference_clamp(bench.map, 0, 1e9f);
  }
  SECTION("Clip to 0 and 0.5, as ReLU6 does") {
    bench.name = bench.onnx.node(
        "Clip", {bench.name, bench.onnx.weight({}, {0}), bench.onnx.weight({}, {0.5f})});
    bench.map = reference_clamp(bench.map, 0, 0.5f);
  }
  SECTION("Clip without a lower bound, then Relu") {
    bench.name = bench.onnx.node("Clip", {bench.name, "", bench.onnx.weight({1}, {0.25f})});
    bench.name = bench.onnx.node("Relu", {bench.name});
    bench.map = reference_clamp(bench.map, 0, 0.25f);
  }
  CHECK(bench.error() < kTolerance);
}

TEST_CASE("a Relu is not fused into a value that somebody else needs unclipped") {
  Bench bench(8);
  bench.convolution(9, 1, window(3, 1, 1, 1));
  const Map before = bench.map;
  const std::string clipped = bench.onnx.node("Relu", {bench.name});
  bench.name = bench.onnx.node("Add", {clipped, bench.name});
  bench.map = reference_add(reference_clamp(before, 0, 1e9f), before);
  CHECK(bench.error() < kTolerance);
}

TEST_CASE("a residual block adds its input before the last Relu") {
  Bench bench(10);
  bench.convolution(8, 1, window(3, 1, 1, 1));
  bench.name = bench.onnx.node("Relu", {bench.name});
  bench.map = reference_clamp(bench.map, 0, 1e9f);
  const Map shortcut = bench.map;
  const std::string shortcut_name = bench.name;
  bench.convolution(8, 1, window(3, 1, 1, 1));
  bench.name = bench.onnx.node("Relu", {bench.onnx.node("Add", {bench.name, shortcut_name})});
  bench.map = reference_clamp(reference_add(bench.map, shortcut), 0, 1e9f);
  CHECK(bench.error() < kTolerance);
}

TEST_CASE("pools agree with their definition") {
  Bench bench(11);
  bench.convolution(10, 1, window(3, 1, 1, 1));
  SECTION("MaxPool 2x2") {
    const ReferenceWindow w = window(2, 2, 0, 0);
    bench.name = bench.onnx.node("MaxPool", {bench.name},
                                 {{"kernel_shape", w.kernel()}, {"strides", w.strides()}});
    bench.map = reference_max_pool(bench.map, w);
  }
  SECTION("MaxPool 3x3 of negative numbers never sees its padding") {
    const ReferenceWindow w = window(3, 2, 1, 1);
    bench.name = bench.onnx.node("Clip", {bench.name, "", bench.onnx.weight({}, {-0.25f})});
    bench.map = reference_clamp(bench.map, -1e9f, -0.25f);
    bench.name = bench.onnx.node(
        "MaxPool", {bench.name},
        {{"kernel_shape", w.kernel()}, {"strides", w.strides()}, {"pads", w.pads()}});
    bench.map = reference_max_pool(bench.map, w);
  }
  SECTION("AveragePool leaves its padding out of the mean") {
    const ReferenceWindow w{3, 2, 2, 1, 1, 1, 1, 0, 1, 1};
    bench.name = bench.onnx.node(
        "AveragePool", {bench.name},
        {{"kernel_shape", w.kernel()}, {"strides", w.strides()}, {"pads", w.pads()}});
    bench.map = reference_average_pool(bench.map, w);
  }
  SECTION("AveragePool without padding") {
    const ReferenceWindow w = window(4, 3, 0, 0);
    bench.name = bench.onnx.node("AveragePool", {bench.name},
                                 {{"kernel_shape", w.kernel()},
                                  {"strides", w.strides()},
                                  {"count_include_pad", std::int64_t{1}}});
    bench.map = reference_average_pool(bench.map, w);
  }
  SECTION("GlobalAveragePool") {
    bench.name = bench.onnx.node("GlobalAveragePool", {bench.name});
    bench.map = reference_global_average(bench.map);
  }
  CHECK(bench.error() < kTolerance);
}

TEST_CASE("a dense layer over a map of several pixels takes its weights in ONNX's order") {
  Bench bench(6);
  bench.convolution(5, 1, window(3, 2, 1, 1));
  REQUIRE(bench.map.height == 3);
  SECTION("by Flatten") { bench.flatten(); }
  SECTION("by Reshape to [0,-1]") {
    bench.name = bench.onnx.node("Reshape", {bench.name, bench.onnx.integers({0, -1})});
  }
  SECTION("by Reshape to [-1,K]") {
    bench.name = bench.onnx.node("Reshape", {bench.name, bench.onnx.integers({-1, 45})});
  }
  bench.dense(17);
  bench.name = bench.onnx.node("Relu", {bench.name});
  bench.map = reference_clamp(bench.map, 0, 1e9f);
  bench.dense(4);
  CHECK(bench.error() < kTolerance);
}

TEST_CASE("Softmax gives probabilities") {
  Bench bench(6);
  bench.flatten();
  bench.dense(43);
  bench.name = bench.onnx.node("Softmax", {bench.name}, {{"axis", std::int64_t{1}}});
  bench.map.values = reference_softmax(bench.map.values);
  CHECK(bench.error() < kTolerance);
}

TEST_CASE("weights may stand as float_data too") {
  Bench bench(7);
  bench.onnx.raw = false;
  bench.convolution(8, 1, window(3, 2, 1, 1));
  bench.flatten();
  bench.dense(3);
  CHECK(bench.error() < kTolerance);
}

TEST_CASE("an engine counts the multiplications of the network it was given") {
  const std::string text = residual_network(43, "{}");
  const Bytes file(text.begin(), text.end());
  const Engine engine(file, "m.onnx");
  CHECK(engine.multiplications() == 44463488);
  CHECK(engine.input_size() == 48);
  CHECK(engine.output_size() == 43);
  CHECK(engine.metadata("signpost.preprocessing") == "{}");
  CHECK(engine.metadata("nothing").empty());
}

TEST_CASE("a tensor of the wrong size is refused") {
  const std::string text = tiny_network(8, 4, "{}");
  const Bytes file(text.begin(), text.end());
  Engine engine(file, "m.onnx");
  std::vector<float> output(4);
  CHECK_THROWS_AS(engine.run(std::vector<std::uint8_t>(8 * 8), output), std::invalid_argument);
}

}  // namespace signpost
