#pragma once

#include <bit>
#include <cstdint>
#include <numbers>

namespace signpost {

/// Functions whose last bit differs between mathematical libraries, in additions, multiplications
/// and divisions alone, so that a variant is the same on every machine. GCC vectorises loops over
/// them.

/// The logarithm to base 2 of a positive, normal x, to about 2e-7 of max(1, |log2 x|).
inline float portable_log2(float x) {
  const auto bits = std::bit_cast<std::int32_t>(x);
  // The exponent that leaves a mantissa within sqrt(1/2) to sqrt(2).
  const std::int32_t exponent = (bits - 0x3f3504f3) >> 23;
  const float mantissa = std::bit_cast<float>(bits - exponent * 0x800000);
  const float s = (mantissa - 1) / (mantissa + 1), t = s * s;
  const float series = s * (2 + t * (2.0f / 3 + t * (2.0f / 5 + t * (2.0f / 7))));
  return static_cast<float>(exponent) + series * std::numbers::log2e_v<float>;
}

/// 2 to the power of x, for x within -126 to 126, to about 3e-6 of the result.
inline float portable_exp2(float x) {
  const auto whole = static_cast<std::int32_t>(x + 1024.5f) - 1024;
  const float f = (x - static_cast<float>(whole)) * std::numbers::ln2_v<float>;
  const float power =
      1 + f * (1 + f * (1.0f / 2 + f * (1.0f / 6 + f * (1.0f / 24 + f * (1.0f / 120)))));
  return std::bit_cast<float>(std::bit_cast<std::int32_t>(power) + whole * 0x800000);
}

/// Cosine and sine of an angle within -pi to pi, to about 1e-15.
struct Direction {
  double x, y;
};
inline Direction portable_direction(double angle) {
  // The Taylor series at a quarter of the angle, then twice the double angle.
  const double a = angle / 4, t = a * a;
  double c = 0, s = 0;
  for (int n = 16; n > 0; n -= 2) {
    c = 1 - t / (n * (n - 1)) * (n == 16 ? 1 : c);
    s = 1 - t / (n * (n + 1)) * (n == 16 ? 1 : s);
  }
  s *= a;
  for (int i = 0; i < 2; ++i) {
    const double twice = 2 * s * c;
    c = c * c - s * s;
    s = twice;
  }
  return {c, s};
}

}  // namespace signpost
