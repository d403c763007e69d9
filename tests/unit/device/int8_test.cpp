#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "base/error.h"
#include "device/engine.h"
#include "device/plan.h"
#include "reference.h"
#include "support/onnx_writer.h"

namespace signpost {
namespace {

constexpr int kInt8 = 3, kInt32 = 6, kFloat16 = 10;
constexpr std::array<float, 3> kScale = {1 / 64.0f, 1 / 80.0f, 1 / 50.0f},
                               kBias = {-2, -1.5f, -2.5f};

/// A quantised network, built operator by operator beside what each must give in real numbers: the
/// reference rounds where the network does, with sums in double, so an activation may be off by
/// one step where a sum falls beside a half.
struct Bench {
  OnnxWriter onnx;
  std::vector<std::uint8_t> image;
  std::string name;
  Map map;
  Quantisation type;
  std::uint64_t seed = 500;

  explicit Bench(int size) : onnx(size) {
    for (const float value : random_numbers(static_cast<std::size_t>(size * size * 3), 3))
      image.push_back(static_cast<std::uint8_t>(127.5f + 127.5f * value));
    name = onnx.normalised(kScale, kBias);
    map = reference_image(image, size, kScale, kBias);
    quantise({0.03f, -3});
  }

  std::string scale(float value) { return onnx.weight({}, {value}); }
  std::string zero(int value) {
    return onnx.stored(kInt8, {}, std::vector<std::int8_t>{static_cast<std::int8_t>(value)});
  }
  void relu() {
    name = onnx.node("Relu", {name});
    map = reference_clamp(map, 0, 1e9f);
  }
  void quantise(Quantisation how) {
    const std::string step = scale(how.scale), point = zero(how.zero_point);
    name = onnx.node("DequantizeLinear",
                     {onnx.node("QuantizeLinear", {name, step, point}), step, point});
    for (float& value : map.values) {
      const float code = std::clamp(
          std::nearbyint(value / how.scale) + static_cast<float>(how.zero_point), -128.0f, 127.0f);
      value = (code - static_cast<float>(how.zero_point)) * how.scale;
    }
    type = how;
  }

  /// Weights of `outputs` channels, one scale each; what they mean goes to `meaning`.
  std::string weights(const std::vector<std::int64_t>& dims, std::vector<float>& scales,
                      std::vector<float>& meaning) {
    std::size_t count = 1;
    for (const std::int64_t size : dims) count *= static_cast<std::size_t>(size);
    const auto outputs = static_cast<std::size_t>(dims[0]);
    std::vector<std::int8_t> codes;
    for (const float value : random_numbers(count, ++seed))
      codes.push_back(static_cast<std::int8_t>(std::nearbyint(127 * value)));
    for (const float value : random_numbers(outputs, ++seed))
      scales.push_back((1.5f + value) / 127 / std::sqrt(static_cast<float>(count / outputs)));
    for (std::size_t i = 0; i < count; ++i)
      meaning.push_back(static_cast<float>(codes[i]) * scales[i / (count / outputs)]);
    return onnx.node("DequantizeLinear",
                     {onnx.stored(kInt8, dims, codes), onnx.weight({dims[0]}, scales)},
                     {{"axis", std::int64_t{0}}});
  }
  std::string bias(const std::vector<float>& scales, std::vector<float>& meaning) {
    std::vector<std::int32_t> codes;
    std::vector<float> units;
    for (const float value : random_numbers(scales.size(), ++seed)) {
      units.push_back(type.scale * scales[codes.size()]);
      codes.push_back(static_cast<std::int32_t>(value / units.back()));
      meaning.push_back(static_cast<float>(codes.back()) * units.back());
    }
    const auto count = static_cast<std::int64_t>(codes.size());
    return onnx.node("DequantizeLinear",
                     {onnx.stored(kInt32, {count}, codes), onnx.weight({count}, units)},
                     {{"axis", std::int64_t{0}}});
  }

  void convolution(int outputs, int groups, const ReferenceWindow& w) {
    const int depth = map.channels / groups;
    std::vector<float> scales, kernel, added;
    const std::string stored = weights({outputs, depth, w.kernel_y, w.kernel_x}, scales, kernel);
    name = onnx.node("Conv", {name, stored, bias(scales, added)},
                     {{"kernel_shape", w.kernel()},
                      {"strides", w.strides()},
                      {"dilations", w.dilations()},
                      {"pads", w.pads()},
                      {"group", std::int64_t{groups}}});
    map = reference_convolution(map, kernel, added, outputs, groups, w);
  }
  void dense(int outputs) {
    std::vector<float> scales, matrix, added;
    const auto inputs = static_cast<std::int64_t>(map.values.size());
    const std::string stored = weights({outputs, inputs}, scales, matrix);
    name = onnx.node("Gemm", {onnx.node("Flatten", {name}), stored, bias(scales, added)},
                     {{"transB", std::int64_t{1}}});
    const std::vector<float> result = reference_dense(map.values, matrix, added);
    map = Map(outputs, 1, 1);
    map.values = result;
  }

  /// What each kind of kernel computes; they must not differ in a bit.
  std::vector<float> output() {
    const std::string text = onnx.file(name);
    const Bytes file(text.begin(), text.end());
    std::vector<float> first;
    for (const kernels::Table* const* table = kernels::tables(); *table; ++table) {
      INFO("kernels " << (*table)->name);
      Engine engine(file, "m.onnx", **table);
      REQUIRE(engine.output_size() == map.values.size());
      std::vector<float> result(engine.output_size());
      engine.run(image, result);
      engine.run(image, result);
      if (first.empty()) first = result;
      CHECK(result == first);
    }
    return first;
  }

  /// The largest difference from the reference, in steps of `unit`.
  double steps_off(float unit) {
    double worst = 0;
    const std::vector<float> result = output();
    for (std::size_t i = 0; i < result.size(); ++i)
      worst = std::max(worst, std::abs(double{result[i]} - map.values[i]) / unit);
    return worst;
  }
};

ReferenceWindow window(int kernel, int stride, int before, int after) {
  return {kernel, kernel, stride, stride, 1, 1, before, before, after, after};
}

std::string refusal(OnnxWriter& onnx, const std::string& output) {
  const std::string file = onnx.file(output);
  try {
    make_plan(onnx::read(as_bytes(file), "m.onnx"), "m.onnx");
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("an int8 convolution gives the codes of its definition, on every kind of kernel") {
  const auto [outputs, groups, w] = GENERATE(table<int, int, ReferenceWindow>({
      {7, 1, window(3, 1, 1, 1)},
      {33, 1, window(3, 2, 0, 1)},
      {5, 1, {2, 5, 1, 2, 1, 1, 1, 3, 0, 2}},
      {70, 1, window(1, 1, 0, 0)},
      {6, 1, {3, 3, 1, 1, 2, 3, 2, 3, 2, 3}},
      {6, 3, window(3, 1, 1, 1)},
      {3, 3, window(5, 2, 2, 2)},
  }));
  Bench bench(13);
  bench.convolution(outputs, groups, w);
  bench.quantise({0.02f, 11});
  CHECK(bench.steps_off(0.02f) < 1.01);
}

TEST_CASE("an int8 network of every operator agrees with real numbers") {
  Bench bench(17);
  bench.convolution(24, 1, window(3, 1, 1, 1));
  bench.relu();
  bench.quantise({0.015f, -128});
  SECTION("Relu is the zero point's saturation") { CHECK(bench.steps_off(0.015f) < 1.01); }
  SECTION("Clip bounds the codes") {
    bench.convolution(9, 1, window(3, 1, 1, 1));
    bench.name = bench.onnx.node("Clip", {bench.name, bench.scale(0), bench.scale(0.5f)});
    bench.map = reference_clamp(bench.map, 0, 0.5f);
    bench.quantise({0.01f, -128});
    CHECK(bench.steps_off(0.01f) < 2.01);
  }
  SECTION("a residual block") {
    const Map shortcut = bench.map;
    const std::string shortcut_name = bench.name;
    bench.convolution(24, 1, window(3, 1, 1, 1));
    bench.quantise({0.02f, 5});
    bench.name = bench.onnx.node("Add", {bench.name, shortcut_name});
    bench.map = reference_add(bench.map, shortcut);
    bench.relu();
    bench.quantise({0.018f, -128});
    CHECK(bench.steps_off(0.018f) < 3.01);
  }
  SECTION("MaxPool with padding") {
    const ReferenceWindow w = window(3, 2, 1, 1);
    bench.name = bench.onnx.node(
        "MaxPool", {bench.name},
        {{"kernel_shape", w.kernel()}, {"strides", w.strides()}, {"pads", w.pads()}});
    bench.map = reference_max_pool(bench.map, w);
    bench.quantise({0.015f, -128});
    CHECK(bench.steps_off(0.015f) < 1.01);
  }
  SECTION("depthwise, then the mean, then a dense layer whose sums stay real numbers") {
    bench.convolution(24, 24, window(3, 1, 1, 1));
    bench.quantise({0.02f, -7});
    bench.name = bench.onnx.node("GlobalAveragePool", {bench.name});
    bench.map = reference_global_average(bench.map);
    bench.quantise({0.004f, 3});
    bench.dense(43);
    CHECK(bench.steps_off(1) < 0.02);
  }
  SECTION("an operator without int8 kernels computes in real numbers") {
    const ReferenceWindow w = window(2, 2, 0, 0);
    bench.name = bench.onnx.node("AveragePool", {bench.name},
                                 {{"kernel_shape", w.kernel()}, {"strides", w.strides()}});
    bench.map = reference_average_pool(bench.map, w);
    bench.quantise({0.015f, -128});
    CHECK(bench.steps_off(0.015f) < 1.51);
  }
}

TEST_CASE("weights in float16 and in int8 serve layers in real numbers") {
  OnnxWriter onnx(8);
  const std::string x = onnx.normalised(kScale, kBias);
  // 1, -2, 0.5, the smallest subnormal, the largest number, infinity's neighbour below
  const std::vector<std::uint16_t> halves = {0x3C00, 0xC000, 0x3800, 0x0001, 0x7BFF, 0xFBFF};
  const std::string kernel =
      onnx.node("Cast", {onnx.stored(kFloat16, {2, 3, 1, 1}, halves)}, {{"to", std::int64_t{1}}});
  const std::string file = onnx.file(onnx.node("Conv", {x, kernel}));
  const Plan plan = make_plan(onnx::read(as_bytes(file), "m.onnx"), "m.onnx");
  const std::span<const float> weights = plan.steps.at(0).weights.floats;
  CHECK(std::vector<float>(weights.begin(), weights.end()) ==
        std::vector<float>{1, -2, 0.5f, 0x1p-24f, 65504, -65504});
}

TEST_CASE("a quantised graph that contradicts itself is refused") {
  Bench bench(8);
  OnnxWriter& onnx = bench.onnx;
  const std::string codes =
      onnx.node("QuantizeLinear", {bench.name, bench.scale(0.1f), bench.zero(0)});
  using Catch::Matchers::Contains;
  CHECK_THAT(
      refusal(onnx, onnx.node("DequantizeLinear", {codes, bench.scale(0.2f), bench.zero(0)})),
      Contains("another scale or zero point"));
  Bench other(8);
  CHECK_THAT(refusal(other.onnx, other.onnx.node("QuantizeLinear",
                                                 {other.name, other.scale(0.1f), other.zero(0)})),
             Contains("a DequantizeLinear must follow"));
  Bench unsigned_one(8);
  CHECK_THAT(refusal(unsigned_one.onnx,
                     unsigned_one.onnx.node("QuantizeLinear",
                                            {unsigned_one.name, unsigned_one.scale(0.1f)})),
             Contains("no zero point"));
  Bench negative(8);
  CHECK_THAT(refusal(negative.onnx,
                     negative.onnx.node("QuantizeLinear",
                                        {negative.name, negative.scale(-1), negative.zero(0)})),
             Contains("one scale above zero"));
  Bench direct(8);
  const std::string raw =
      direct.onnx.node("QuantizeLinear", {direct.name, direct.scale(0.1f), direct.zero(0)});
  CHECK_THAT(refusal(direct.onnx, direct.onnx.node("Relu", {raw})), Contains("quantised numbers"));
}

}  // namespace signpost
