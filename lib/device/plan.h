#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "device/onnx.h"

namespace signpost {

/// An activation of one image. In memory it is height x width x channels (HWC), whatever the ONNX
/// graph says.
struct Shape {
  std::size_t channels = 0, height = 0, width = 0;
  std::size_t elements() const { return channels * height * width; }
  bool operator==(const Shape&) const = default;
};

/// What an operator clips its results to.
struct Range {
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

/// What int8 numbers mean: (number - zero_point) * scale. One for a whole activation.
struct Quantisation {
  float scale = 1;
  std::int32_t zero_point = 0;  ///< -128 to 127
  bool operator==(const Quantisation&) const = default;
};

/// An activation: float32, or int8 if it is quantised.
struct Value {
  Shape shape;
  std::optional<Quantisation> quantisation;
};

struct Window {
  std::uint32_t kernel_height = 1, kernel_width = 1;
  std::uint32_t stride_height = 1, stride_width = 1;
  std::uint32_t dilation_height = 1, dilation_width = 1;
  std::uint32_t top = 0, left = 0, bottom = 0, right = 0;  ///< padding
};

enum class Operation {
  convolution,
  dense,
  add,
  max_pool,
  average_pool,  ///< the mean of what lies inside the image
  global_average_pool,
  clamp,
  softmax,
  quantise,   ///< float32 to int8
  dequantise  ///< int8 to float32
};

/// The weights of a convolution (OHWI) or a dense layer (outputs x inputs, inputs in HWC order):
/// float32, or int8 with a scale for each output channel.
struct StepWeights {
  std::span<const float> floats;  ///< or
  std::span<const std::int8_t> codes;
  std::span<const float> scales;             ///< of the codes
  std::span<const float> bias;               ///< empty for none
  std::span<const std::int32_t> whole_bias;  ///< beside codes: in units of input scale * scale

  /// Of the codes of an output channel.
  float scale(std::size_t channel) const { return scales[scales.size() == 1 ? 0 : channel]; }
};

/// One operator. `inputs` and `output` are indices into Plan::values. It computes in int8 where all
/// of these are quantised, or all but the output of a convolution or dense layer; otherwise in
/// float32 and nothing of it is quantised.
struct Step {
  Operation operation{};
  std::vector<std::size_t> inputs;
  std::size_t output = 0;
  Range range;
  Window window;
  std::uint32_t groups = 1;
  StepWeights weights;
  std::string name;  ///< for messages
};

/// A network as the engine runs it: an ONNX graph, checked, its layout turned to HWC, its clipping
/// and quantisation fused into the operators before them. Weights are views of the ONNX file where
/// its layout and alignment allow; what is owned holds the others.
struct Plan {
  std::size_t size = 0;                         ///< the input is size x size x 3, uint8
  std::array<float, 3> scale{1, 1, 1}, bias{};  ///< value 0 is input * scale + bias, by channel
  std::vector<Value> values;
  std::vector<Step> steps;
  std::size_t output = 0;             ///< never quantised
  std::uint64_t multiplications = 0;  ///< of one image, in convolution and dense
  std::deque<std::vector<float>> owned;
  std::deque<std::vector<std::int8_t>> owned_codes;
  std::deque<std::vector<std::int32_t>> owned_whole;
};

/// Checks `model` and plans how to run it. Supported: a uint8 input [N,S,S,3] through Cast, Mul and
/// Add by constants, and Transpose to NCHW; then Conv, Gemm, Add, Relu, Clip, MaxPool, AveragePool,
/// GlobalAveragePool, Flatten, Reshape (to two dimensions) and Softmax of opset 13 to 21; weights
/// in float32, in float16 behind a Cast, or in int8 behind a DequantizeLinear; activations in int8
/// between QuantizeLinear and DequantizeLinear. Throws Error{input} that starts with `where` and
/// names the node on anything else: another operator or attribute, a missing weight, a cycle, a
/// shape that does not fit or is absurdly large.
///
/// The plan holds views of the file that `model` was read from, not of `model`.
Plan make_plan(const onnx::Model& model, const std::string& where);

/// Makes each step one of what Step says, by steps that quantise and dequantise between them and
/// by weights turned to float32. make_plan's last act.
void settle_types(Plan& plan);

}  // namespace signpost
