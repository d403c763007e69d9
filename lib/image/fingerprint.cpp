#include "image/fingerprint.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace signpost {
namespace {

constexpr int kDctSide = 32, kLow = 8;
constexpr std::size_t kBits = std::size_t{kLow} * kLow - 1;
constexpr int kMargin = 1, kInner = Fingerprint::kSide - 2 * kMargin;
/// Thumbnails that are this far apart as they lie are not brought together by one pixel.
constexpr double kHopeless = 0.7;

using Cosines = std::array<std::array<float, kDctSide>, kLow>;

const Cosines& cosines() {
  static const Cosines table = [] {
    Cosines all{};
    for (std::size_t k = 0; k < kLow; ++k) {
      for (std::size_t i = 0; i < kDctSide; ++i) {
        all[k][i] =
            static_cast<float>(std::cos(std::numbers::pi * (2 * static_cast<double>(i) + 1) *
                                        static_cast<double>(k) / (2 * kDctSide)));
      }
    }
    return all;
  }();
  return table;
}

std::uint64_t cosine_hash(const Plane& small) {
  const Cosines& table = cosines();
  std::array<std::array<float, kDctSide>, kLow> rows{};
  for (std::size_t y = 0; y < kDctSide; ++y) {
    const float* row = small.row(static_cast<int>(y));
    for (std::size_t k = 0; k < kLow; ++k) {
      float sum = 0;
      for (std::size_t x = 0; x < kDctSide; ++x) sum += table[k][x] * row[x];
      rows[k][y] = sum;
    }
  }
  std::array<float, kBits> frequencies{};
  for (std::size_t i = 0; i < kBits; ++i) {
    const std::size_t across = (i + 1) % kLow, down = (i + 1) / kLow;
    float sum = 0;
    for (std::size_t y = 0; y < kDctSide; ++y) sum += table[down][y] * rows[across][y];
    frequencies[i] = sum;
  }
  std::array<float, kBits> sorted = frequencies;
  std::nth_element(sorted.begin(), sorted.begin() + kBits / 2, sorted.end());
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < kBits; ++i)
    hash |= std::uint64_t{frequencies[i] > sorted[kBits / 2]} << i;
  return hash;
}

/// The correlation of the inner part of `a` with that of `b` moved by (dx, dy).
double correlation(const Fingerprint& a, const Fingerprint& b, int dx, int dy) {
  std::int32_t sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
  for (int y = kMargin; y < kMargin + kInner; ++y) {
    const std::uint8_t* p = a.thumbnail.data() + y * Fingerprint::kSide + kMargin;
    const std::uint8_t* q = b.thumbnail.data() + (y + dy) * Fingerprint::kSide + kMargin + dx;
    for (int x = 0; x < kInner; ++x) {
      const std::int32_t u = p[x], v = q[x];
      sum_a += u;
      sum_b += v;
      aa += u * u;
      bb += v * v;
      ab += u * v;
    }
  }
  constexpr double kCount = double{kInner} * kInner;
  const double cov = ab - static_cast<double>(sum_a) * sum_b / kCount;
  const double var_a = aa - static_cast<double>(sum_a) * sum_a / kCount;
  const double var_b = bb - static_cast<double>(sum_b) * sum_b / kCount;
  return var_a > 0 && var_b > 0 ? cov / std::sqrt(var_a * var_b) : 0;
}

}  // namespace

Fingerprint fingerprint(const Plane& box) {
  const PlaneWindow all{0, 0, static_cast<double>(box.width), static_cast<double>(box.height)};
  const Plane small = resize(box, all, kDctSide, kDctSide);
  Fingerprint print;
  print.hash = cosine_hash(small);
  const Plane tiny =
      resize(small, {0, 0, kDctSide, kDctSide}, Fingerprint::kSide, Fingerprint::kSide);
  const auto [low, high] = std::minmax_element(tiny.values.begin(), tiny.values.end());
  const float range = *high - *low;
  for (std::size_t i = 0; i < print.thumbnail.size(); ++i) {
    print.thumbnail[i] =
        range > 0 ? static_cast<std::uint8_t>(std::lround((tiny.values[i] - *low) * 255 / range))
                  : std::uint8_t{0};
  }
  return print;
}

double thumbnail_correlation(const Fingerprint& a, const Fingerprint& b) {
  double best = correlation(a, b, 0, 0);
  if (best < kHopeless) return best;
  for (int dy = -kMargin; dy <= kMargin; ++dy) {
    for (int dx = -kMargin; dx <= kMargin; ++dx) {
      if (dx != 0 || dy != 0) best = std::max(best, correlation(a, b, dx, dy));
    }
  }
  return best;
}

}  // namespace signpost
