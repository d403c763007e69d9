#include "store/agreement.h"

namespace signpost {
namespace {

std::optional<double> kappa(double observed, double expected) {
  if (expected >= 1) return std::nullopt;
  return (observed - expected) / (1 - expected);
}

}  // namespace

std::optional<double> cohen_kappa(std::span<const std::int64_t> counts, std::size_t categories) {
  std::vector<double> first(categories), second(categories);
  double total = 0, same = 0;
  for (std::size_t i = 0; i < categories; ++i) {
    for (std::size_t j = 0; j < categories; ++j) {
      const auto count = static_cast<double>(counts[i * categories + j]);
      first[i] += count;
      second[j] += count;
      total += count;
      if (i == j) same += count;
    }
  }
  if (total == 0) return std::nullopt;
  double expected = 0;
  for (std::size_t i = 0; i < categories; ++i) expected += first[i] * second[i] / (total * total);
  return kappa(same / total, expected);
}

std::optional<double> fleiss_kappa(std::span<const std::int64_t> counts, std::size_t categories) {
  if (categories == 0 || counts.empty()) return std::nullopt;
  const std::size_t subjects = counts.size() / categories;
  std::vector<double> share(categories);
  double raters = 0, agreement = 0;
  for (std::size_t s = 0; s < subjects; ++s) {
    double pairs = 0;
    raters = 0;
    for (std::size_t j = 0; j < categories; ++j) {
      const auto count = static_cast<double>(counts[s * categories + j]);
      raters += count;
      pairs += count * (count - 1);
      share[j] += count;
    }
    if (raters < 2) return std::nullopt;
    agreement += pairs / (raters * (raters - 1));
  }
  double expected = 0;
  for (const double one : share) {
    const double p = one / (static_cast<double>(subjects) * raters);
    expected += p * p;
  }
  return kappa(agreement / static_cast<double>(subjects), expected);
}

}  // namespace signpost
