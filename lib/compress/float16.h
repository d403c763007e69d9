#pragma once

#include <cstdint>

#include "base/file.h"

namespace signpost {

/// `value` in IEEE 754 half precision, rounded to nearest, ties to even; infinite beyond 65,504.
std::uint16_t half_of(float value);
/// Exact.
float float_of_half(std::uint16_t half);

/// A float32 ONNX file with the weights of its convolutions and dense layers as float16, each
/// turned back by a Cast: half the bytes, the same arithmetic. Biases stay as they are. Throws
/// Error{input} if a weight is beyond what float16 holds.
Bytes to_float16(ByteView onnx);

}  // namespace signpost
