#include "train/element_type.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

namespace signpost {
namespace {

template <typename Number>
Number load(const std::uint8_t* bytes) {
  Number number;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

/// IEEE 754 binary16.
float from_half(std::uint16_t bits) {
  const float sign = bits & 0x8000 ? -1.0f : 1.0f;
  const int exponent = bits >> 10 & 0x1f;
  const auto fraction = static_cast<float>(bits & 0x3ff);
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  if (exponent == 31) {
    return fraction > 0 ? std::numeric_limits<float>::quiet_NaN()
                        : sign * std::numeric_limits<float>::infinity();
  }
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

}  // namespace

std::size_t element_bytes(ElementType type) {
  switch (type) {
    case ElementType::float16:
    case ElementType::bfloat16:
      return 2;
    case ElementType::float32:
      return 4;
    case ElementType::float64:
      return 8;
    case ElementType::integer:
      break;
  }
  return 0;
}

float read_element(const std::uint8_t* bytes, ElementType type) {
  switch (type) {
    case ElementType::float16:
      return from_half(load<std::uint16_t>(bytes));
    case ElementType::bfloat16:
      return std::bit_cast<float>(std::uint32_t{load<std::uint16_t>(bytes)} << 16);
    case ElementType::float64:
      return static_cast<float>(load<double>(bytes));
    case ElementType::float32:
    case ElementType::integer:
      break;
  }
  return load<float>(bytes);
}

}  // namespace signpost
