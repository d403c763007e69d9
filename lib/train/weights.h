#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/file.h"

namespace signpost {

struct WeightTensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;  ///< row-major
};

/// Named float32 tensors: what a network is, apart from its shape.
using Weights = std::map<std::string, WeightTensor>;

/// The tensor of that name. Throws Error{input} if there is none.
const WeightTensor& weight(const Weights& weights, const std::string& name);

/// The safetensors format (github.com/huggingface/safetensors, "Format"): an 8-byte little-endian
/// length, a JSON header of names, types, shapes and offsets, then the raw values. F32 is written;
/// F16, BF16 and F64 are converted to it on reading, and integers are left out.
Bytes encode_safetensors(const Weights& weights);
/// Throws Error{input} that begins with `name` if the bytes are not such a file.
Weights decode_safetensors(ByteView bytes, const std::string& name);

}  // namespace signpost
