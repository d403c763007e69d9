#include "proof/abstain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "base/json_text.h"

namespace signpost {
namespace {

std::size_t count_groups(const std::vector<Answered>& answers) {
  std::set<std::uint64_t> groups;
  for (const Answered& answer : answers) groups.insert(answer.group);
  return groups.size();
}

/// By turns the tracks of each class, in the order of their hashes; a class with one track has it
/// in the first half.
std::array<std::vector<Answered>, 2> halves(const std::vector<Answered>& answers) {
  std::map<std::uint32_t, std::set<std::uint64_t>> tracks;
  for (const Answered& answer : answers) tracks[answer.target].insert(answer.group);
  std::set<std::uint64_t> second;
  for (const auto& [label, groups] : tracks) {
    bool odd = false;
    for (const std::uint64_t group : groups) {
      if (odd) second.insert(group);
      odd = !odd;
    }
  }
  std::array<std::vector<Answered>, 2> halves;
  for (const Answered& answer : answers)
    halves[second.contains(answer.group) ? 1 : 0].push_back(answer);
  return halves;
}

/// The lowest threshold at which enough of what is accepted is right, or nothing.
std::optional<float> lowest_threshold(std::vector<Answered> answers, double stated) {
  std::ranges::stable_sort(answers, std::greater(), &Answered::confidence);
  std::optional<float> lowest;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    wrong += answers[i].right() ? 0 : 1;
    const float here = answers[i].confidence;
    const bool last = i + 1 == answers.size();
    if (!last && answers[i + 1].confidence == here) continue;  // accepted together or not at all
    const double bound = (static_cast<double>(wrong) + 1) / (static_cast<double>(i) + 2);
    if (bound > 1 - stated + 1e-12) continue;
    // Rounded down, where nothing that is not accepted lies between.
    const float rounded = std::floor(here * 1e4f) / 1e4f;
    lowest = last || answers[i + 1].confidence < rounded ? rounded : here;
  }
  return lowest;
}

}  // namespace

std::vector<Answered> checked_half(const std::vector<Answered>& answers) {
  return halves(answers)[1];
}

AbstainCheck check_abstain(const std::vector<Answered>& answers, const Abstain& abstain) {
  AbstainCheck check;
  ClusterBootstrap bootstrap;
  check.samples = answers.size();
  for (const Answered& answer : answers) {
    if (!abstain.thresholds.empty() && !(answer.confidence >= abstain.thresholds[answer.predicted]))
      continue;
    ++check.accepted;
    bootstrap.add(answer.group, answer.right() ? 1.0 : 0.0);
  }
  if (check.accepted > 0) check.accuracy = bootstrap.intervals().front();
  return check;
}

AbstainFit fit_abstain(const std::vector<Answered>& answers, std::size_t classes, double stated) {
  const auto [fitted, checked] = halves(answers);
  AbstainFit fit;
  fit.abstain.accuracy = stated;
  fit.fitted_samples = fitted.size();
  fit.fitted_groups = count_groups(fitted);
  fit.pooled = lowest_threshold(fitted, stated).value_or(kNeverAccepted);
  for (std::size_t k = 0; k < classes; ++k) {
    std::vector<Answered> own;
    std::ranges::copy_if(fitted, std::back_inserter(own),
                         [&](const Answered& answer) { return answer.predicted == k; });
    const std::optional<float> threshold = lowest_threshold(std::move(own), stated);
    fit.own += threshold ? 1 : 0;
    fit.abstain.thresholds.push_back(threshold.value_or(fit.pooled));
  }
  const AbstainCheck check = check_abstain(checked, fit.abstain);
  fit.abstain.coverage = check.coverage();
  fit.checked_samples = check.samples;
  fit.checked_groups = count_groups(checked);
  fit.accepted = check.accepted;
  fit.accuracy = check.accuracy;
  return fit;
}

std::string AbstainFit::json() const {
  std::string out = fmt::format(
      "{{\"stated_accuracy\":{},\"fitted\":{{\"samples\":{},\"groups\":{},\"own_thresholds\":{}}},"
      "\"checked\":{{\"samples\":{},\"groups\":{},\"accepted\":{},\"coverage\":{:.6f}",
      abstain.accuracy, fitted_samples, fitted_groups, own, checked_samples, checked_groups,
      accepted, abstain.coverage);
  if (accepted > 0) {
    out += fmt::format(",\"accuracy\":{:.6f},\"accuracy_95\":[{:.6f},{:.6f}]", accuracy.value,
                       accuracy.low, accuracy.high);
  }
  return out + "}}";
}

}  // namespace signpost
