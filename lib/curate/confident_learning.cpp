#include "curate/confident_learning.h"

#include <algorithm>
#include <limits>

namespace signpost {

void ConfidentLearning::add(std::size_t given, std::span<const float> probabilities) {
  given_.push_back(given);
  probabilities_.insert(probabilities_.end(), probabilities.begin(), probabilities.end());
}

std::vector<double> ConfidentLearning::thresholds() const {
  std::vector<double> sums(classes_);
  std::vector<std::size_t> counts(classes_);
  for (std::size_t i = 0; i < given_.size(); ++i) {
    sums[given_[i]] += probabilities_[i * classes_ + given_[i]];
    ++counts[given_[i]];
  }
  for (std::size_t c = 0; c < classes_; ++c) {
    sums[c] = counts[c] > 0 ? sums[c] / static_cast<double>(counts[c])
                            : std::numeric_limits<double>::infinity();
  }
  return sums;
}

std::vector<ConfidentLearning::Suspect> ConfidentLearning::suspects() const {
  const std::vector<double> threshold = thresholds();
  std::vector<Suspect> found;
  for (std::size_t i = 0; i < given_.size(); ++i) {
    const std::span<const float> row = std::span(probabilities_).subspan(i * classes_, classes_);
    const std::size_t given = given_[i];
    std::size_t counted_for = given;
    double best = -1, rival = 0;
    for (std::size_t c = 0; c < classes_; ++c) {
      if (row[c] >= threshold[c] && row[c] > best) {
        best = row[c];
        counted_for = c;
      }
      if (c != given) rival = std::max<double>(rival, row[c]);
    }
    if (counted_for == given) continue;
    found.push_back({i, given, counted_for, row[given], row[counted_for], row[given] - rival});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Suspect& a, const Suspect& b) { return a.margin < b.margin; });
  return found;
}

}  // namespace signpost
