#pragma once

#include <string>
#include <string_view>

#include "pixels/preprocess.h"

namespace signpost {

/// The key in an ONNX file's `metadata_props` under which the preprocessing contract stands.
inline constexpr const char* kContractKey = "signpost.preprocessing";

/// Keys for those who get the ONNX file alone: what its outputs are called, and the SHA-256 of the
/// samples that it was trained on. signpost itself reads labels.json and package.json.
inline constexpr const char* kLabelsKey = "signpost.labels";
inline constexpr const char* kDataKey = "signpost.data_sha256";

/// The contract as one JSON object: what stands in package.json as "preprocessing" and in the ONNX
/// file under `kContractKey` (docs/package-format.md).
std::string encode_contract(const Preprocessing& contract);

/// Reads what `encode_contract` wrote. Throws Error{input} that starts with `where` on a contract
/// that this release does not carry out exactly: another interpolation, layout, type or an unknown
/// field.
Preprocessing decode_contract(std::string_view json, const std::string& where);

}  // namespace signpost
