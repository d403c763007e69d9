#include "device/plan.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "support/onnx_writer.h"

namespace signpost {
namespace {

using Ints = std::vector<std::int64_t>;

/// Reads and plans the file; the message if that fails.
std::string problem(const std::string& file) {
  try {
    const onnx::Model model = onnx::read(as_bytes(file), "m.onnx");
    make_plan(model, "m.onnx");
  } catch (const Error& error) {
    CHECK(error.blame() == Blame::input);
    return error.what();
  }
  return "no error";
}

std::string convolution(OnnxWriter& onnx, const std::string& input, const Ints& dims,
                        const std::vector<OnnxAttribute>& attributes = {}) {
  std::int64_t count = 1;
  for (const std::int64_t size : dims) count *= size;
  return onnx.node("Conv",
                   {input, onnx.weight(dims, random_numbers(static_cast<std::size_t>(count), 1))},
                   attributes);
}

}  // namespace

TEST_CASE("weights are used in place where their layout allows") {
  OnnxWriter onnx(8);
  const std::string x = onnx.normalised({1, 1, 1}, {0, 0, 0});
  const std::string pointwise = convolution(onnx, x, {16, 3, 1, 1});
  const std::string depthwise =
      convolution(onnx, pointwise, {16, 1, 3, 3}, {{"group", std::int64_t{16}}});
  const std::string text = onnx.file(convolution(onnx, depthwise, {4, 16, 3, 3}));
  // A file in memory whose weights happen to be aligned is found by shifting it byte by byte.
  std::vector<std::size_t> copies;
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::vector<float> buffer(text.size() / 4 + 2);
    char* start = reinterpret_cast<char*>(buffer.data()) + shift;
    text.copy(start, text.size());
    const onnx::Model model = onnx::read(as_bytes({start, text.size()}), "m.onnx");
    const Plan plan = make_plan(model, "m.onnx");
    std::size_t in_file = 0;
    for (const Step& step : plan.steps) {
      const auto* at = reinterpret_cast<const char*>(step.weights.floats.data());
      in_file += at >= start && at < start + text.size() ? 1 : 0;
    }
    CHECK(in_file <= 2);
    copies.push_back(in_file);
  }
  CHECK(*std::max_element(copies.begin(), copies.end()) >= 1);
}

TEST_CASE("Relu and Clip become the range of the step before them") {
  OnnxWriter onnx(8);
  const std::string x = onnx.normalised({1, 1, 1}, {0, 0, 0});
  const std::string relu = onnx.node("Relu", {convolution(onnx, x, {4, 3, 3, 3})});
  const std::string file = onnx.file(onnx.node("Clip", {relu, "", onnx.weight({}, {6})}));
  const onnx::Model model = onnx::read(as_bytes(file), "m.onnx");
  const Plan plan = make_plan(model, "m.onnx");
  REQUIRE(plan.steps.size() == 1);
  CHECK(plan.steps[0].range.low == 0);
  CHECK(plan.steps[0].range.high == 6);
}

TEST_CASE("a graph that the engine cannot run is refused with its node and reason") {
  OnnxWriter onnx(8);
  const std::string x = onnx.normalised({1, 1, 1}, {0, 0, 0});
  std::string expected, output;
  SECTION("an operator that is lacking") {
    output = onnx.node("HardSwish", {x});
    expected = "node HardSwish7 (HardSwish) is an operator that the engine does not have";
  }
  SECTION("an attribute that would be ignored") {
    output = convolution(onnx, x, {4, 3, 3, 3}, {{"activation", std::string("Relu")}});
    expected = "node Conv8 (Conv) has the attribute activation, which is not supported";
  }
  SECTION("a weight that is missing") {
    output = onnx.node("Conv", {x, "w9"});
    expected = "node Conv7 (Conv) needs the weight w9, which is missing";
  }
  SECTION("an activation that is missing") {
    output = onnx.node("Relu", {"y"});
    expected = "node Relu7 (Relu) needs y, which is nowhere in the file";
  }
  SECTION("a cycle") {
    onnx.node("Add", {x, "b"}, {}, "a");
    output = onnx.node("Relu", {"a"}, {}, "b");
    expected =
        "node a (Add) needs b, which is computed later: the graph has a cycle or is not in order";
  }
  SECTION("a name that is computed twice") {
    onnx.node("Relu", {x}, {}, "a");
    output = onnx.node("Relu", {x}, {}, "a");
    expected = "node a (Relu) computes a, which is there already";
  }
  SECTION("an output that nobody computes") {
    onnx.node("Relu", {x});
    output = "probabilities";
    expected = "the output probabilities is computed by no node";
  }
  SECTION("weights for another number of channels") {
    output = convolution(onnx, x, {4, 5, 3, 3});
    expected = "node Conv8 (Conv) has weights of 4x5 channels in 1 groups for an input of 3";
  }
  SECTION("a kernel_shape that the weights do not have") {
    output = convolution(onnx, x, {4, 3, 3, 3}, {{"kernel_shape", Ints{5, 5}}});
    expected = "node Conv8 (Conv) has a kernel_shape that its weights do not have";
  }
  SECTION("an absurd stride") {
    output = convolution(onnx, x, {4, 3, 3, 3}, {{"strides", Ints{0, 1}}});
    expected = "node Conv8 (Conv) has the absurd value 0 in strides";
  }
  SECTION("an absurd padding") {
    output = convolution(onnx, x, {4, 3, 3, 3}, {{"pads", Ints{1, 1, 1, std::int64_t{1} << 40}}});
    expected = "node Conv8 (Conv) has the absurd value 1099511627776 in pads";
  }
  SECTION("an activation that is absurdly large") {
    output = convolution(onnx, x, {40, 3, 1, 1}, {{"pads", Ints{1000, 1000, 1000, 1000}}});
    expected = "node Conv8 (Conv) makes an activation of 40x2008x2008, which is absurdly large";
  }
  SECTION("a window larger than the image") {
    output = convolution(onnx, x, {4, 3, 9, 9});
    expected = "node Conv8 (Conv) has a window larger than its input of 8x8";
  }
  SECTION("a weight that does not fill its shape") {
    output = onnx.node("Conv", {x, onnx.weight({4, 3, 3, 3}, std::vector<float>(107))});
    expected = "the weight weight7 holds 107 numbers for a shape of 108";
  }
  SECTION("a weight of a negative shape") {
    output = onnx.node("Conv", {x, onnx.weight({4, 3, -3, -3}, std::vector<float>(108))});
    expected = "the weight weight7 has an absurd shape";
  }
  SECTION("a weight of another type") {
    output = onnx.node("Conv", {x, onnx.integers({1, 2})});
    expected = "the weight integers7 is of ONNX type 7, not float32";
  }
  SECTION("a dense layer that does not fit") {
    output = onnx.node("Gemm", {onnx.node("Flatten", {x}), onnx.weight({1, 2}, {1, 2})},
                       {{"transB", std::int64_t{1}}});
    expected = "node Gemm9 (Gemm) has weights that do not fit an input of 192";
  }
  SECTION("a dense layer over a map") {
    output = onnx.node("Gemm", {x, onnx.weight({1, 2}, {1, 2})}, {{"transB", std::int64_t{1}}});
    expected = "node Gemm8 (Gemm) takes an activation that was not flattened";
  }
  SECTION("a Reshape to something else") {
    output = onnx.node("Reshape", {x, onnx.integers({0, 3, 64})});
    expected = "node Reshape8 (Reshape) is supported only to [N,192]";
  }
  SECTION("bounds in the wrong order") {
    output = onnx.node("Clip", {x, onnx.weight({}, {2}), onnx.weight({}, {1})});
    expected = "node Clip9 (Clip) has a lower bound that is not under its upper one";
  }
  SECTION("different shapes added") {
    output = onnx.node("Add", {x, convolution(onnx, x, {4, 3, 1, 1})});
    expected = "node Add9 (Add) adds two activations of different shapes";
  }
  SECTION("a pool that counts its padding") {
    output = onnx.node("AveragePool", {x},
                       {{"kernel_shape", Ints{3, 3}},
                        {"pads", Ints{1, 1, 1, 1}},
                        {"count_include_pad", std::int64_t{1}}});
    expected = "node AveragePool7 (AveragePool) counts its padding, which is not supported";
  }
  SECTION("ceil_mode") {
    output =
        onnx.node("MaxPool", {x}, {{"kernel_shape", Ints{3, 3}}, {"ceil_mode", std::int64_t{1}}});
    expected = "node MaxPool7 (MaxPool) is supported only with ceil_mode 0 and storage_order 0";
  }
  SECTION("the image before it was normalised") {
    output = onnx.node("Relu", {"image"});
    expected =
        "node Relu7 (Relu) takes the image before it was cast, normalised and transposed to "
        "[N,3,S,S]";
  }
  SECTION("a constant added behind the Transpose") {
    output = onnx.node("Add", {x, onnx.weight({1}, {1})});
    expected =
        "node Add8 (Add) with a constant is supported only on the image, before its Transpose";
  }
  SECTION("no operator at all") {
    output = x;
    expected = "the output is the image itself";
  }
  SECTION("an early opset") {
    onnx.opset = 9;
    output = onnx.node("Relu", {x});
    expected = "is of opset 9; the engine runs 13 to 21";
  }
  SECTION("a fixed batch") {
    onnx.batch = 32;
    output = onnx.node("Relu", {x});
    expected = "is exported for batches of 32 images; leave N free";
  }
  SECTION("an input of another type") {
    onnx.input_type = 1;
    output = onnx.node("Relu", {x});
    expected = "the input must be uint8 of [N,S,S,3] with S up to 1024";
  }
  CHECK(problem(onnx.file(output)) == "m.onnx: " + expected);
}

TEST_CASE("bytes that are no ONNX file are refused") {
  CHECK(problem("") == "m.onnx: is not an ONNX model");
  CHECK(problem("\x0a") == "m.onnx: is not an ONNX model or is damaged (end of buffer exception)");
  CHECK(problem("P6 1 1 255 abc").starts_with("m.onnx: is not an ONNX model"));
}

}  // namespace signpost
