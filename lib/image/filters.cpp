#include "image/filters.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "image/portable_math.h"
#include "pixels/clones.h"
#include "pixels/preprocess.h"

namespace signpost {
namespace {

/// The light in 256ths along a row.
SIGNPOST_CLONES void shade_row(float first, float step, float light, int size,
                               std::int32_t* __restrict factors) {
  for (int x = 0; x < size; ++x) {
    float dark = first + step * static_cast<float>(x);
    dark = dark > 0 ? dark : 0;
    dark = dark < 1 ? dark : 1;
    dark = dark * dark * (3 - 2 * dark);
    factors[x] = static_cast<std::int32_t>(256 - dark * (256 - 256 * light) + 0.5f);
  }
}

SIGNPOST_CLONES void add_scaled(std::uint16_t* __restrict sums, const std::uint8_t* __restrict row,
                                std::uint16_t weight, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k)
    sums[k] = static_cast<std::uint16_t>(sums[k] + weight * row[k]);
}

SIGNPOST_CLONES void add_scaled_wide(std::uint32_t* __restrict sums,
                                     const std::uint8_t* __restrict row, std::uint32_t weight,
                                     std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) sums[k] += weight * row[k];
}

SIGNPOST_CLONES void narrow(const std::uint16_t* __restrict sums, std::uint8_t* __restrict out,
                            std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) out[k] = static_cast<std::uint8_t>(sums[k] >> 8);
}

SIGNPOST_CLONES void narrow_wide(const std::uint32_t* __restrict sums, std::uint8_t* __restrict out,
                                 std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) out[k] = static_cast<std::uint8_t>(sums[k] >> 16);
}

SIGNPOST_CLONES std::uint32_t sum_of(const std::uint8_t* values, std::size_t count) {
  std::uint32_t sum = 0;
  for (std::size_t k = 0; k < count; ++k) sum += values[k];
  return sum;
}

struct Curve {
  float slope, offset, gamma;
};

SIGNPOST_CLONES void draw_curve(const Curve& curve, float* __restrict lit) {
  for (int i = 0; i < 256; ++i) {
    float value = (curve.slope * static_cast<float>(i) + curve.offset) * (1.0f / 255);
    value = value < 1 ? value : 1;
    const float positive = value > 1e-6f ? value : 1e-6f;
    float exponent = curve.gamma * portable_log2(positive);
    exponent = exponent > -64 ? exponent : -64;
    const float power = 255 * portable_exp2(exponent);
    lit[i] = value > 1e-6f ? power : 0;
  }
}

SIGNPOST_CLONES void tint(const float* __restrict lit, float cast, std::uint8_t* __restrict table) {
  for (int i = 0; i < 256; ++i) {
    float value = lit[i] * cast + 0.5f;
    value = value < 255 ? value : 255;
    table[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(value));
  }
}

/// Every value has its own hash of (key, index), so that the order of computation is free. The
/// mixing constants are those of Wellons, "hash-prospector" (lowbias32).
SIGNPOST_CLONES void noise(std::uint8_t* __restrict values, std::size_t count, std::uint32_t key,
                           std::uint32_t second_key, std::int32_t factor) {
  for (std::size_t k = 0; k < count; ++k) {
    std::uint32_t bits = static_cast<std::uint32_t>(k) * 0x9e3779b9u + key;
    bits = (bits ^ bits >> 16) * 0x21f0aaadu;
    bits = ((bits ^ bits >> 15) + second_key) * 0xd35a2d97u;
    bits ^= bits >> 15;
    const auto sum = static_cast<std::int32_t>((bits & 255) + (bits >> 8 & 255) +
                                               (bits >> 16 & 255) + (bits >> 24));
    std::int32_t value = values[k] + (((sum - 510) * factor + 32768) >> 16);
    value = value > 0 ? value : 0;
    value = value < 255 ? value : 255;
    values[k] = static_cast<std::uint8_t>(value);
  }
}

/// Beyond this reach the weights of a kernel would be too small for 8 bits.
constexpr int kNarrowReach = 12;

}  // namespace

void PatchFilters::shade(std::span<std::uint8_t> rgb, int size, double x, double y, double distance,
                         double edge, double light) {
  factors_.resize(static_cast<std::size_t>(size));
  const double middle = (size - 1) / 2.0, scale = 1 / (edge * size);
  std::uint8_t* pixel = rgb.data();
  for (int row = 0; row < size; ++row) {
    const double first = (y * (row - middle) - x * middle - distance * size) * scale + 0.5;
    shade_row(static_cast<float>(first), static_cast<float>(x * scale), static_cast<float>(light),
              size, factors_.data());
    for (int column = 0; column < size; ++column, pixel += 3) {
      const std::int32_t factor = factors_[static_cast<std::size_t>(column)];
      for (int c = 0; c < 3; ++c)
        pixel[c] = static_cast<std::uint8_t>((pixel[c] * factor + 128) >> 8);
    }
  }
}

void PatchFilters::coarsen(std::span<std::uint8_t> rgb, int size, int small) {
  const auto bytes = static_cast<std::size_t>(small) * static_cast<std::size_t>(small) * 3;
  whole_.width = whole_.height = size;
  whole_.rgb.assign(rgb.begin(), rgb.end());
  coarse_.width = coarse_.height = small;
  coarse_.rgb.resize(bytes);
  resample(whole_, {0, 0, size, size}, small, 0, coarse_.rgb);
  resample(coarse_, {0, 0, small, small}, size, 0, rgb);
}

/// Weighs copies of the pixels that are moved by the taps; its border is repeated.
void PatchFilters::mix(std::span<std::uint8_t> rgb, int size, int reach, bool wide) {
  const auto r = static_cast<std::size_t>(reach), n = static_cast<std::size_t>(size);
  const std::size_t row = n * 3, stride = (n + 2 * r) * 3;
  framed_.resize(stride * (n + 2 * r));
  for (std::size_t y = 0; y < n; ++y) {
    std::uint8_t* to = framed_.data() + (y + r) * stride;
    const std::uint8_t* from = rgb.data() + y * row;
    for (std::size_t x = 0; x < r; ++x) {
      std::memcpy(to + x * 3, from, 3);
      std::memcpy(to + (r + n + x) * 3, from + row - 3, 3);
    }
    std::memcpy(to + r * 3, from, row);
  }
  for (std::size_t y = 0; y < r; ++y) {
    std::memcpy(framed_.data() + y * stride, framed_.data() + r * stride, stride);
    std::memcpy(framed_.data() + (r + n + y) * stride, framed_.data() + (r + n - 1) * stride,
                stride);
  }
  sums_.resize(row);
  wide_sums_.resize(wide ? row : 0);
  for (std::size_t y = 0; y < n; ++y) {
    if (wide) {
      std::fill(wide_sums_.begin(), wide_sums_.end(), 32768u);
    } else {
      std::fill(sums_.begin(), sums_.end(), std::uint16_t{128});
    }
    for (const Tap& tap : taps_) {
      const std::size_t from_y = y + r + static_cast<std::size_t>(tap.dy);
      const std::uint8_t* from =
          framed_.data() + from_y * stride + (r + static_cast<std::size_t>(tap.dx)) * 3;
      if (wide) {
        add_scaled_wide(wide_sums_.data(), from, tap.weight, row);
      } else {
        add_scaled(sums_.data(), from, static_cast<std::uint16_t>(tap.weight), row);
      }
    }
    std::uint8_t* out = rgb.data() + y * row;
    if (wide) {
      narrow_wide(wide_sums_.data(), out, row);
    } else {
      narrow(sums_.data(), out, row);
    }
  }
}

void PatchFilters::blur(std::span<std::uint8_t> rgb, int size, double sigma) {
  const int reach = std::max(1, static_cast<int>(std::ceil(3 * sigma)));
  const bool wide = reach > kNarrowReach;
  const float whole = wide ? 65536.0f : 256.0f;
  std::vector<float> bell(static_cast<std::size_t>(reach) + 1);
  float total = 0;
  for (std::size_t k = 0; k < bell.size(); ++k) {
    const auto x = static_cast<float>(static_cast<double>(k) / sigma);
    bell[k] = portable_exp2(-x * x / 2 * std::numbers::log2e_v<float>);
    total += bell[k] * (k ? 2 : 1);
  }
  taps_.assign(1, {});
  std::uint32_t rest = wide ? 65536 : 256;
  for (int k = 1; k <= reach; ++k) {
    const auto weight =
        static_cast<std::uint32_t>(whole * bell[static_cast<std::size_t>(k)] / total + 0.5f);
    if (weight == 0) break;
    taps_.push_back({k, 0, weight});
    taps_.push_back({-k, 0, weight});
    rest -= 2 * weight;
  }
  taps_[0].weight = rest;
  mix(rgb, size, reach, wide);
  for (Tap& tap : taps_) std::swap(tap.dx, tap.dy);
  mix(rgb, size, reach, wide);
}

void PatchFilters::smear(std::span<std::uint8_t> rgb, int size, double length, double x, double y) {
  const int reach = static_cast<int>(std::ceil(length / 2));
  const int steps = length > 16 ? 256 : 32;
  taps_.clear();
  for (int i = 0; i < steps; ++i) {
    const double t = ((i + 0.5) / steps - 0.5) * length;
    const Tap tap = {static_cast<int>(std::lround(t * x)), static_cast<int>(std::lround(t * y)),
                     static_cast<std::uint32_t>(256 / steps)};
    if (!taps_.empty() && taps_.back().dx == tap.dx && taps_.back().dy == tap.dy) {
      taps_.back().weight += tap.weight;
    } else {
      taps_.push_back(tap);
    }
  }
  mix(rgb, size, reach, false);
}

void PatchFilters::relight(std::span<std::uint8_t> rgb, const Light& light) {
  const double mean = light.gain * sum_of(rgb.data(), rgb.size()) / static_cast<double>(rgb.size());
  const Curve curve = {static_cast<float>(light.contrast * light.gain),
                       static_cast<float>(mean - light.contrast * mean + light.brightness),
                       static_cast<float>(light.gamma)};
  std::array<float, 256> lit;
  draw_curve(curve, lit.data());
  std::array<std::array<std::uint8_t, 256>, 3> tables;
  for (std::size_t c = 0; c < 3; ++c)
    tint(lit.data(), static_cast<float>(light.cast[c]), tables[c].data());
  for (std::size_t i = 0; i + 2 < rgb.size(); i += 3) {
    rgb[i] = tables[0][rgb[i]];
    rgb[i + 1] = tables[1][rgb[i + 1]];
    rgb[i + 2] = tables[2][rgb[i + 2]];
  }
}

void PatchFilters::add_noise(std::span<std::uint8_t> rgb, double sigma, Random& random) {
  constexpr double kDeviation = 147.8;  // of the sum of four uniform bytes
  const std::uint32_t key = random.bits(), second_key = random.bits();
  noise(rgb.data(), rgb.size(), key, second_key,
        static_cast<std::int32_t>(sigma / kDeviation * 65536 + 0.5));
}

}  // namespace signpost
