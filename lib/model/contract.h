#pragma once

#include <string>
#include <string_view>

#include "pixels/preprocess.h"

namespace signpost {

/// The key in an ONNX file's `metadata_props` under which the preprocessing contract stands.
inline constexpr const char* kContractKey = "signpost.preprocessing";

/// The contract as one JSON object: what stands in package.json as "preprocessing" and in the ONNX
/// file under `kContractKey` (docs/package-format.md).
std::string encode_contract(const Preprocessing& contract);

/// Reads what `encode_contract` wrote. Throws Error{input} that starts with `where` on a contract
/// that this release does not carry out exactly: another interpolation, layout, type or an unknown
/// field.
Preprocessing decode_contract(std::string_view json, const std::string& where);

}  // namespace signpost
