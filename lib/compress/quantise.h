#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"

namespace signpost {

/// What an activation reaches. Both ends count; zero is always taken in.
struct ValueRange {
  float low = 0, high = 0;
};

/// Of the values that `measured_values` names.
using ValueRanges = std::map<std::string, ValueRange>;

/// real = scale * (integer - zero_point), integers from -128 to 127.
struct Affine {
  float scale = 1;
  std::int8_t zero_point = 0;
};

/// Asymmetric parameters of an activation: zero is met exactly, so that padding stays zero, and a
/// range that starts at zero has the zero point -128.
Affine affine_of(ValueRange range);

/// value / scale + zero point, rounded half to even, kept within -128 to 127: ONNX's
/// QuantizeLinear.
std::int8_t quantised(float value, Affine affine);

/// Weights of one output channel after the other: symmetric integers from -127 to 127 and one scale
/// a channel. Biases are int32 in steps of input scale * weight scale.
struct QuantisedWeights {
  std::vector<std::int8_t> weights;
  std::vector<float> scales;
  std::vector<std::int32_t> bias;
  std::vector<float> bias_scales;
};

/// `weights` holds the same number of values for each element of `bias`. A channel whose weights
/// are so small beside its bias that the bias would not fit gets a larger scale. Throws
/// Error{input} on a weight that is no finite number.
QuantisedWeights quantise_weights(std::span<const float> weights, std::span<const float> bias,
                                  float input_scale);

/// The values of a float32 network, in order of execution, whose ranges `quantise` needs.
std::vector<std::string> measured_values(ByteView onnx);

/// A float32 ONNX file, as write_onnx gives it, in int8: QuantizeLinear and DequantizeLinear around
/// every convolution, dense layer, sum and pool (ONNX opset 13; docs/package-format.md says where
/// each pair stands). Input and output stay as they were, and the last dense layer's result is not
/// quantised. Throws Error{input} if a range is missing or no finite number, or if the network has
/// an operator that has no int8 form.
Bytes quantise(ByteView onnx, const ValueRanges& ranges);

}  // namespace signpost
