#include "curate/temperature.h"

#include <algorithm>
#include <cmath>

namespace signpost {
namespace {

constexpr double kLeast = 0.05, kMost = 20;

/// The first and second derivative of the likelihood by the inverse temperature, in which it is
/// convex.
struct Slope {
  double first = 0, second = 0;
};

Slope slope(const LabelledLogits& data, std::span<const std::uint32_t> of, double inverse) {
  const std::size_t count = of.empty() ? data.targets.size() : of.size();
  const double further = 1 / static_cast<double>(count);
  Slope sum;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = of.empty() ? i : of[i];
    const std::span<const float> z = data.logits.subspan(at * data.classes, data.classes);
    const double highest = *std::max_element(z.begin(), z.end());
    double weights = 0, mean = 0, square = 0, flat = 0;
    for (const double value : z) {
      const double below = value - highest, weight = std::exp(inverse * below);
      weights += weight;
      mean += weight * below;
      square += weight * below * below;
      flat += below;
    }
    mean /= weights;
    const double of_target = z[static_cast<std::size_t>(data.targets[at])] - highest;
    sum.first += mean - of_target + further * (mean - flat / static_cast<double>(data.classes));
    sum.second += (1 + further) * std::max(0.0, square / weights - mean * mean);
  }
  return sum;
}

}  // namespace

double fit_temperature(const LabelledLogits& data, std::span<const std::uint32_t> of) {
  if (data.targets.empty()) return 1;
  // Newton's steps, held within the bounds that the sign of the slope has shown.
  double low = 1 / kMost, high = 1 / kLeast, inverse = 1;
  for (int step = 0; step < 100 && high - low > 1e-9 * high; ++step) {
    const Slope at = slope(data, of, inverse);
    (at.first > 0 ? high : low) = inverse;
    const double next = inverse - at.first / at.second;
    if (std::abs(next - inverse) < 1e-9 * inverse) break;
    inverse = next > low && next < high ? next : std::sqrt(low * high);
  }
  return 1 / inverse;
}

void softmax(std::span<const float> logits, double temperature, std::span<float> out) {
  const double highest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const double value : logits) sum += std::exp((value - highest) / temperature);
  for (std::size_t c = 0; c < logits.size(); ++c)
    out[c] = static_cast<float>(std::exp((logits[c] - highest) / temperature) / sum);
}

}  // namespace signpost
