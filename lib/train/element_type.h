#pragma once

#include <cstddef>
#include <cstdint>

namespace signpost {

/// How a file of weights stores its numbers, little-endian. Networks are float32; the other
/// floating types are converted on reading, and integers are counters that no network here needs.
enum class ElementType { float16, bfloat16, float32, float64, integer };

/// Bytes of one number; 0 for integers, whose width does not matter.
std::size_t element_bytes(ElementType type);

/// The number at `bytes`, which need not be aligned, as float32; not for integers.
float read_element(const std::uint8_t* bytes, ElementType type);

}  // namespace signpost
