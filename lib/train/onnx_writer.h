#pragma once

#include <map>
#include <string>

#include "base/file.h"
#include "train/network_spec.h"
#include "train/run_folder.h"
#include "train/weights.h"

namespace signpost {

/// Writes a trained network as ONNX (opset 13), checked by ONNX's own checker and shape inference.
///
///   input   "image"          uint8,   N x px x px x 3, RGB: what `preprocess` gives
///   output  "probabilities"  float32, N x classes
///
/// Normalisation is inside the graph (Cast, Mul, Add, Transpose), so that every runtime sees the
/// same numbers, and batch norms are folded into their convolutions. `metadata` becomes the file's
/// metadata_props. The same weights give the same bytes. Throws Error{input} if a weight is missing
/// or does not fit.
Bytes write_onnx(const NetworkSpec& spec, const Weights& weights, const RunInfo& info,
                 const std::map<std::string, std::string>& metadata);

}  // namespace signpost
