#include "image/similarity.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace signpost {
namespace {

constexpr double kMargin = 0.25;
constexpr double kCoarseSide = 24, kLeastSide = 12, kMostSide = 128;
constexpr int kCoarseSteps = 15, kFineSteps = 4;
constexpr double kHopeless = 0.8;         ///< correlation after the coarse alignment
constexpr double kMostWarp = 0.15;        ///< stretch or shear, and shift as a share of the patch
constexpr double kNoise = 5;              ///< grey levels
constexpr double kNoiseShare = 0.14;      ///< of the picture's standard deviation
constexpr double kWindowShare = 1.0 / 6;  ///< of the box
constexpr double kBorderShare = 0.04;     ///< of the box; warped pixels from outside end there
constexpr double kQuantile = 0.05;

using Six = std::array<double, 6>;

/// x' = (1 + m[0]) x + m[2] y + m[4]; y' = m[1] x + (1 + m[3]) y + m[5], in coordinates that are
/// -1 and 1 at the edges of the patch.
struct AffineMap {
  Six m{};
};

/// Both pictures at one scale, over the surroundings that both have.
struct Pair {
  Plane a, b;
  double side = 0;  ///< of the box in these pixels
};

/// How far each picture goes beyond its box, as shares of it: left, top, right, bottom.
std::array<double, 4> reach(const Surroundings& s) {
  const double width = s.box.x2 - s.box.x1, height = s.box.y2 - s.box.y1;
  return {s.box.x1 / width, s.box.y1 / height, (s.plane.width - s.box.x2) / width,
          (s.plane.height - s.box.y2) / height};
}

Pair at_scale(const Surroundings& a, const Surroundings& b, double side) {
  const auto of_a = reach(a), of_b = reach(b);
  std::array<double, 4> common{};
  for (std::size_t i = 0; i < 4; ++i) common[i] = std::min({of_a[i], of_b[i], kMargin});
  const auto length = [side](double share) {
    return std::max(8, static_cast<int>(std::lround(side * share)));
  };
  const int width = length(1 + common[0] + common[2]), height = length(1 + common[1] + common[3]);
  const auto cut = [&](const Surroundings& s) {
    const double w = s.box.x2 - s.box.x1, h = s.box.y2 - s.box.y1;
    return resize(s.plane,
                  {s.box.x1 - common[0] * w, s.box.y1 - common[1] * h, s.box.x2 + common[2] * w,
                   s.box.y2 + common[3] * h},
                  width, height);
  };
  return {cut(a), cut(b), side};
}

/// `plane` seen through the warp: bilinear, the border repeated.
void warp(const Plane& plane, const AffineMap& affine, Plane& out) {
  const auto& m = affine.m;
  const double half_x = plane.width / 2.0, half_y = plane.height / 2.0;
  for (int y = 0; y < out.height; ++y) {
    float* to = out.row(y);
    const double v = (y + 0.5) / half_y - 1;
    for (int x = 0; x < out.width; ++x) {
      const double u = (x + 0.5) / half_x - 1;
      const double sx =
          std::clamp(((1 + m[0]) * u + m[2] * v + m[4] + 1) * half_x - 0.5, 0.0, plane.width - 1.0);
      const double sy = std::clamp((m[1] * u + (1 + m[3]) * v + m[5] + 1) * half_y - 0.5, 0.0,
                                   plane.height - 1.0);
      const int left = std::min(static_cast<int>(sx), plane.width - 2);
      const int top = std::min(static_cast<int>(sy), plane.height - 2);
      const auto fx = static_cast<float>(sx - left), fy = static_cast<float>(sy - top);
      const float *p = plane.row(top) + left, *q = plane.row(top + 1) + left;
      const float above = p[0] + fx * (p[1] - p[0]), below = q[0] + fx * (q[1] - q[0]);
      to[x] = above + fy * (below - above);
    }
  }
}

/// Makes the mean 0 and the sum of squares 1; false for a flat plane.
bool normalise(Plane& plane) {
  const Moments light = moments(plane);
  const double length = light.deviation * std::sqrt(static_cast<double>(plane.values.size()));
  if (length < 1e-3) return false;
  for (float& value : plane.values) value = static_cast<float>((value - light.mean) / length);
  return true;
}

/// Solves h x = g for a symmetric positive h by elimination; nothing if it is singular.
std::optional<Six> solve(std::array<Six, 6> h, Six g) {
  for (std::size_t i = 0; i < 6; ++i) {
    if (h[i][i] < 1e-12) return std::nullopt;
    for (std::size_t r = i + 1; r < 6; ++r) {
      const double factor = h[r][i] / h[i][i];
      for (std::size_t c = i; c < 6; ++c) h[r][c] -= factor * h[i][c];
      g[r] -= factor * g[i];
    }
  }
  for (std::size_t i = 6; i-- > 0;) {
    for (std::size_t c = i + 1; c < 6; ++c) g[i] -= h[i][c] * g[c];
    g[i] /= h[i][i];
  }
  return g;
}

/// first after the inverse of second; nothing if second cannot be inverted.
std::optional<AffineMap> compose_inverse(const AffineMap& first, const AffineMap& second) {
  const double a = 1 + second.m[0], b = second.m[2], c = second.m[1], d = 1 + second.m[3];
  const double det = a * d - b * c;
  if (std::abs(det) < 0.1) return std::nullopt;
  const double ia = d / det, ib = -b / det, ic = -c / det, id = a / det;
  const double ix = -(ia * second.m[4] + ib * second.m[5]);
  const double iy = -(ic * second.m[4] + id * second.m[5]);
  const double fa = 1 + first.m[0], fb = first.m[2], fc = first.m[1], fd = 1 + first.m[3];
  return AffineMap{{fa * ia + fb * ic - 1, fc * ia + fd * ic, fa * ib + fb * id,
                    fc * ib + fd * id - 1, fa * ix + fb * iy + first.m[4],
                    fc * ix + fd * iy + first.m[5]}};
}

/// Improves `affine` so that `b` seen through it looks like `a`; returns their correlation.
/// Inverse compositional: gradients and Hessian are those of `a`, computed once.
double align(const Pair& pair, int steps, AffineMap& affine) {
  Plane a = pair.a;
  if (!normalise(a)) return 0;
  std::vector<std::array<float, 6>> descent(a.values.size());
  std::array<Six, 6> hessian{};
  for (int y = 0; y < a.height; ++y) {
    const float *above = a.row(std::max(0, y - 1)), *here = a.row(y);
    const float* below = a.row(std::min(a.height - 1, y + 1));
    const double v = (y + 0.5) * 2 / a.height - 1;
    for (int x = 0; x < a.width; ++x) {
      const double u = (x + 0.5) * 2 / a.width - 1;
      const double gx = (here[std::min(a.width - 1, x + 1)] - here[std::max(0, x - 1)]) *
                        static_cast<double>(a.width) / 4;
      const double gy = (below[x] - above[x]) * static_cast<double>(a.height) / 4;
      auto& d = descent[static_cast<std::size_t>(y * a.width + x)];
      const Six values = {gx * u, gy * u, gx * v, gy * v, gx, gy};
      for (std::size_t i = 0; i < 6; ++i) {
        d[i] = static_cast<float>(values[i]);
        for (std::size_t j = 0; j <= i; ++j) hessian[i][j] += values[i] * values[j];
      }
    }
  }
  for (std::size_t i = 0; i < 6; ++i) {
    hessian[i][i] *= 1 + 1e-6;
    for (std::size_t j = i + 1; j < 6; ++j) hessian[i][j] = hessian[j][i];
  }
  Plane seen(a.width, a.height);
  AffineMap at = affine;
  double best = -1;
  for (int step = 0;; ++step) {
    warp(pair.b, at, seen);
    if (!normalise(seen)) break;
    double correlation = 0;
    Six gradient{};
    for (std::size_t k = 0; k < seen.values.size(); ++k) {
      correlation += static_cast<double>(seen.values[k]) * a.values[k];
      const double error = seen.values[k] - a.values[k];
      for (std::size_t i = 0; i < 6; ++i) gradient[i] += descent[k][i] * error;
    }
    const bool better = correlation > best + 1e-4;
    if (correlation > best) {
      best = correlation;
      affine = at;
    }
    if (!better || step == steps) break;
    const std::optional<Six> delta = solve(hessian, gradient);
    if (!delta) break;
    const std::optional<AffineMap> next = compose_inverse(at, AffineMap{*delta});
    if (!next || std::any_of(next->m.begin(), next->m.end(),
                             [](double value) { return std::abs(value) > kMostWarp; }))
      break;
    at = *next;
  }
  return best;
}

/// Running sums, so that the sum over any window takes four reads.
class Sums {
 public:
  template <typename Value>
  Sums(int width, int height, Value value)
      : stride_(width + 1),
        sums_(static_cast<std::size_t>(stride_) * static_cast<std::size_t>(height + 1)) {
    for (int y = 0; y < height; ++y) {
      double row = 0;
      for (int x = 0; x < width; ++x) {
        row += value(x, y);
        at(x + 1, y + 1) = at(x + 1, y) + row;
      }
    }
  }
  double window(int x, int y, int side) const {
    return at(x + side, y + side) - at(x, y + side) - at(x + side, y) + at(x, y);
  }

 private:
  double& at(int x, int y) { return sums_[static_cast<std::size_t>(y * stride_ + x)]; }
  double at(int x, int y) const { return sums_[static_cast<std::size_t>(y * stride_ + x)]; }
  int stride_;
  std::vector<double> sums_;
};

/// The structure that 95 % of the windows share.
double structure(const Plane& a, const Plane& b, double box_side) {
  const int side = std::max(5, static_cast<int>(std::lround(box_side * kWindowShare)));
  const int border = std::max(1, static_cast<int>(std::lround(box_side * kBorderShare)));
  const auto values = [](const Plane& p, const Plane& q) {
    return Sums(p.width, p.height, [&](int x, int y) {
      return static_cast<double>(p.row(y)[x]) * static_cast<double>(q.row(y)[x]);
    });
  };
  const Sums sum_a(a.width, a.height, [&](int x, int y) { return a.row(y)[x]; });
  const Sums sum_b(b.width, b.height, [&](int x, int y) { return b.row(y)[x]; });
  const Sums aa = values(a, a), bb = values(b, b), ab = values(a, b);
  const double contrast = kNoiseShare * kNoiseShare * moments(a).deviation * moments(b).deviation;
  const double noise = std::min(kNoise * kNoise, contrast);
  const double count = static_cast<double>(side) * side;
  std::vector<double> all;
  for (int y = border; y + side <= a.height - border; ++y) {
    for (int x = border; x + side <= a.width - border; ++x) {
      const double mean_a = sum_a.window(x, y, side) / count;
      const double mean_b = sum_b.window(x, y, side) / count;
      const double var_a = std::max(0.0, aa.window(x, y, side) / count - mean_a * mean_a);
      const double var_b = std::max(0.0, bb.window(x, y, side) / count - mean_b * mean_b);
      const double cov = ab.window(x, y, side) / count - mean_a * mean_b;
      all.push_back((cov + noise) / (std::sqrt(var_a * var_b) + noise));
    }
  }
  if (all.empty()) return 0;
  const auto at =
      all.begin() + static_cast<std::ptrdiff_t>(kQuantile * static_cast<double>(all.size() - 1));
  std::nth_element(all.begin(), at, all.end());
  return std::clamp(*at, 0.0, 1.0);
}

}  // namespace

Surroundings surroundings(const Image& image, const Box& box) {
  const int dx = static_cast<int>(std::ceil(box.width() * kMargin));
  const int dy = static_cast<int>(std::ceil(box.height() * kMargin));
  const Box wide{std::max(0, box.x1 - dx), std::max(0, box.y1 - dy),
                 std::min(image.width, box.x2 + dx), std::min(image.height, box.y2 + dy)};
  return {grey(image, wide),
          {static_cast<double>(box.x1 - wide.x1), static_cast<double>(box.y1 - wide.y1),
           static_cast<double>(box.x2 - wide.x1), static_cast<double>(box.y2 - wide.y1)}};
}

double similarity(const Surroundings& a, const Surroundings& b) {
  const auto shorter = [](const Surroundings& s) {
    return std::min(s.box.x2 - s.box.x1, s.box.y2 - s.box.y1);
  };
  const double full = std::clamp(std::min(shorter(a), shorter(b)), kLeastSide, kMostSide);
  double side = std::min(full, kCoarseSide);
  AffineMap affine;
  Pair pair = at_scale(a, b, side);
  if (align(pair, kCoarseSteps, affine) < kHopeless) return 0;
  while (side < full) {
    side = std::min(full, 2 * side);
    pair = at_scale(a, b, side);
    if (align(pair, kFineSteps, affine) < kHopeless) return 0;
  }
  Plane seen(pair.a.width, pair.a.height);
  warp(pair.b, affine, seen);
  return structure(pair.a, seen, side);
}

}  // namespace signpost
