#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <limits>
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
  softmax
};

/// One operator. `inputs` and `output` are indices into Plan::values.
struct Step {
  Operation operation{};
  std::vector<std::size_t> inputs;
  std::size_t output = 0;
  Range range;
  Window window;
  std::uint32_t groups = 1;
  std::span<const float>
      weights;                  ///< convolution: OHWI; dense: outputs x inputs, inputs in HWC order
  std::span<const float> bias;  ///< empty for none
  std::string name;             ///< for messages
};

/// A network as the engine runs it: an ONNX graph, checked, its layout turned to HWC and its
/// clipping fused into the operators before it. Weights are views of the ONNX file where its layout
/// and alignment allow; `owned` holds the others.
struct Plan {
  std::size_t size = 0;                         ///< the input is size x size x 3, uint8
  std::array<float, 3> scale{1, 1, 1}, bias{};  ///< value 0 is input * scale + bias, by channel
  std::vector<Shape> values;
  std::vector<Step> steps;
  std::size_t output = 0;
  std::uint64_t multiplications = 0;  ///< of one image, in convolution and dense
  std::deque<std::vector<float>> owned;
};

/// Checks `model` and plans how to run it. Supported: a uint8 input [N,S,S,3] through Cast, Mul and
/// Add by constants, and Transpose to NCHW; then Conv, Gemm, Add, Relu, Clip, MaxPool, AveragePool,
/// GlobalAveragePool, Flatten, Reshape (to two dimensions) and Softmax of opset 13 to 21. Throws
/// Error{input} that starts with `where` and names the node on anything else: another operator or
/// attribute, a missing weight, a cycle, a shape that does not fit or is absurdly large.
///
/// The plan holds views of the file that `model` was read from, not of `model`.
Plan make_plan(const onnx::Model& model, const std::string& where);

}  // namespace signpost
