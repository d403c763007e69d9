#include "compress/quantise.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "small_network.h"

namespace signpost {
namespace {

const ValueRanges kRanges = {{"planes", {-1, 1.55f}}, {"relu", {0, 2.55f}}, {"mean", {0, 2}}};

std::vector<std::int8_t> bytes_of(const onnx::TensorProto& tensor) {
  std::vector<std::int8_t> values(tensor.raw_data().size());
  std::memcpy(values.data(), tensor.raw_data().data(), values.size());
  return values;
}

const onnx::NodeProto& giver(const onnx::ModelProto& model, const std::string& value) {
  for (const onnx::NodeProto& node : model.graph().node()) {
    if (node.output(0) == value) return node;
  }
  FAIL("nothing gives " << value);
  return model.graph().node(0);
}

}  // namespace

TEST_CASE("a range is stretched over 256 steps, and zero lies on one of them") {
  const Affine affine = affine_of({-1, 1.55f});
  CHECK(affine.scale == Approx(0.01));
  CHECK(affine.zero_point == -28);
  CHECK(quantised(0, affine) == affine.zero_point);
  CHECK(quantised(-1, affine) == -128);
  CHECK(quantised(1.55f, affine) == 127);
}

TEST_CASE("what is never negative has the zero point -128, what is never positive 127") {
  CHECK(affine_of({0, 2.55f}).zero_point == -128);
  CHECK(affine_of({-2.55f, 0}).zero_point == 127);
}

TEST_CASE("a range without zero is widened to it") {
  CHECK(affine_of({1, 2.55f}).zero_point == -128);
  CHECK(affine_of({1, 2.55f}).scale == Approx(0.01));
  CHECK(affine_of({-5.1f, -1}).zero_point == 127);
}

TEST_CASE("a value that is always zero has a usable scale") {
  for (const float high : {0.0f, 1e-44f}) {
    const Affine affine = affine_of({0, high});
    CHECK(affine.scale == 1);
    CHECK(quantised(0, affine) == affine.zero_point);
  }
}

TEST_CASE("halves are rounded to the even step, and what is out of range to its end") {
  const Affine affine{0.5f, 0};
  CHECK(quantised(0.25f, affine) == 0);
  CHECK(quantised(0.75f, affine) == 2);
  CHECK(quantised(-0.25f, affine) == 0);
  CHECK(quantised(-0.75f, affine) == -2);
  CHECK(quantised(1000, affine) == 127);
  CHECK(quantised(-1000, affine) == -128);
  CHECK(quantised(std::numeric_limits<float>::infinity(), affine) == 127);
}

TEST_CASE("rounding happens before the zero point is added") {
  CHECK(quantised(0.25f, {0.5f, 1}) == 1);  // 0 + 1: 0.5 + 1 would round to 2
}

TEST_CASE("each channel of weights has its own scale and reaches 127") {
  const std::vector<float> weights = {1, -0.5f, 0.25f, 100, 50, -25}, bias = {0.5f, -2};
  const QuantisedWeights result = quantise_weights(weights, bias, 0.02f);
  CHECK(result.weights == std::vector<std::int8_t>{127, -64, 32, 127, 64, -32});
  CHECK(result.scales[0] == Approx(1 / 127.0));
  CHECK(result.scales[1] == Approx(100 / 127.0));
  CHECK(result.bias_scales[0] == 0.02f * result.scales[0]);
  CHECK(result.bias[0] == std::lround(0.5 / double{result.bias_scales[0]}));
  CHECK(result.bias[1] == std::lround(-2 / double{result.bias_scales[1]}));
}

TEST_CASE("the least weight is -127, never -128") {
  const std::vector<float> weights = {-3, 1}, bias = {0};
  CHECK(quantise_weights(weights, bias, 1).weights == std::vector<std::int8_t>{-127, 42});
}

TEST_CASE("a channel without weights keeps its bias") {
  const std::vector<float> weights = {0, 0, 1e-30f, 0}, bias = {3, -5};
  const QuantisedWeights result = quantise_weights(weights, bias, 0.01f);
  for (std::size_t c = 0; c < 2; ++c) {
    CHECK(std::isnormal(result.scales[c]));
    CHECK(double{result.bias_scales[c]} * result.bias[c] == Approx(bias[c]).epsilon(1e-6));
    CHECK(std::abs(result.bias[c]) <= 1 << 30);
  }
  const std::vector<float> none = {0, 0};
  CHECK(quantise_weights(none, std::vector<float>{0}, 1).scales == std::vector<float>{1});
}

TEST_CASE("weights that are no numbers, and those of another count, are refused") {
  const std::vector<float> bias = {0, 0};
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_AS(quantise_weights(std::vector<float>{1, nan}, bias, 1), Error);
  CHECK_THROWS_AS(quantise_weights(std::vector<float>{1, 2, 3}, bias, 1), Error);
  CHECK_THROWS_AS(quantise_weights(std::vector<float>{1}, std::vector<float>{nan}, 1), Error);
}

TEST_CASE("the values to measure are those that are not an earlier one again") {
  CHECK(measured_values(checked_onnx(small_network())) ==
        std::vector<std::string>{"planes", "relu", "mean"});
}

TEST_CASE("an int8 network passes ONNX's checker and has the pairs where they belong") {
  const Bytes file = quantise(checked_onnx(small_network()), kRanges);
  const onnx::ModelProto model = parse_onnx(file);
  checked_onnx(model);
  const auto all = initialisers_of(model.graph());
  CHECK(bytes_of(*all.at("conv.weight")) == std::vector<std::int8_t>{127, 64, -32, 0, 64, -127});
  CHECK(all.at("conv.bias")->data_type() == onnx::TensorProto::INT32);
  CHECK(floats_of(*all.at("conv.weight.scale")).size() == 2);
  CHECK(bytes_of(*all.at("relu.zero_point")) == std::vector<std::int8_t>{-128});
  const onnx::NodeProto& conv = giver(model, "conv");
  CHECK(conv.input(0) == "planes.dequantised");
  CHECK(conv.input(1) == "conv.weight.dequantised");
  CHECK(conv.input(2) == "conv.bias.dequantised");
  CHECK(giver(model, "relu").input(0) == "conv");  // the clip stands between product and rounding
  CHECK(giver(model, "pool").input(0) == "relu.dequantised");
  CHECK(giver(model, "pool.quantised").input(1) == "relu.scale");  // a pool keeps its steps
  CHECK(giver(model, "mean").input(0) == "pool.dequantised");
  CHECK(giver(model, "flat").input(0) == "mean.dequantised");
  CHECK(giver(model, "logits").input(0) == "flat");
  CHECK(giver(model, "probabilities").input(0) == "logits");  // not rounded before Softmax
}

TEST_CASE("the bias of an int8 layer counts in steps of its input times its weights") {
  const Bytes file = quantise(checked_onnx(small_network()), kRanges);
  const onnx::ModelProto model = parse_onnx(file);
  const auto all = initialisers_of(model.graph());
  const float input = floats_of(*all.at("mean.scale"))[0];  // Flatten changes no number
  const std::vector<float> weights = floats_of(*all.at("fc.weight.scale")),
                           bias = floats_of(*all.at("fc.bias.scale"));
  CHECK(bias == std::vector<float>{input * weights[0], input * weights[1]});
}

TEST_CASE("the same network and ranges give the same bytes") {
  CHECK(quantise(checked_onnx(small_network()), kRanges) ==
        quantise(checked_onnx(small_network()), kRanges));
}

TEST_CASE("a range that was not measured is named") {
  ValueRanges ranges = kRanges;
  ranges.erase("mean");
  CHECK_THROWS_WITH(quantise(checked_onnx(small_network()), ranges), Catch::Contains("mean"));
  ranges["mean"] = {0, std::numeric_limits<float>::infinity()};
  CHECK_THROWS_WITH(quantise(checked_onnx(small_network()), ranges), Catch::Contains("mean"));
}

TEST_CASE("an operator without an int8 form is named") {
  onnx::ModelProto model = small_network();
  for (onnx::NodeProto& node : *model.mutable_graph()->mutable_node()) {
    if (node.op_type() == "Relu") node.set_op_type("Sigmoid");
  }
  CHECK_THROWS_WITH(quantise(checked_onnx(model), kRanges), Catch::Contains("Sigmoid"));
}

TEST_CASE("a network that is compressed already, and bytes that are none, are refused") {
  const Bytes once = quantise(checked_onnx(small_network()), kRanges);
  CHECK_THROWS_AS(quantise(once, kRanges), Error);
  CHECK_THROWS_AS(quantise(Bytes{1, 2, 3}, kRanges), Error);
}

}  // namespace signpost
