#include "proof/abstain.h"

#include <catch2/catch.hpp>

#include "base/random.h"

namespace signpost {
namespace {

/// Tracks of ten frames; a prediction is right with a probability that its confidence states.
std::vector<Answered> honest(std::size_t tracks, std::uint64_t seed) {
  std::vector<Answered> answers;
  for (std::size_t track = 0; track < tracks; ++track) {
    Random random(seed, std::to_string(track), 0, "abstain");
    const std::uint32_t label = random.below(4);
    for (int frame = 0; frame < 10; ++frame) {
      const double confidence = 1 - 0.5 * random.uniform() * random.uniform();
      const bool right = random.chance(confidence);
      answers.push_back({stable_hash(std::to_string(track)), label, right ? label : (label + 1) % 4,
                         static_cast<float>(confidence)});
    }
  }
  return answers;
}

}  // namespace

TEST_CASE("accepted predictions are right at the stated rate on tracks that were not fitted on") {
  for (const double stated : {0.9, 0.95, 0.99}) {
    const AbstainFit fit = fit_abstain(honest(4000, 7), 4, stated);
    INFO(stated);
    CHECK(fit.checked_groups >= 1995);
    CHECK(fit.checked_groups + fit.fitted_groups == 4000);
    CHECK(fit.own == 4);
    CHECK(fit.accuracy.value > stated - 0.01);
    CHECK(fit.accuracy.value < stated + 0.01);
    CHECK(fit.abstain.coverage > 0.1);
    CHECK(fit.abstain.coverage < 1);
  }
}

TEST_CASE("a stricter rate accepts fewer") {
  const auto answers = honest(1000, 3);
  CHECK(fit_abstain(answers, 4, 0.99).abstain.coverage <
        fit_abstain(answers, 4, 0.95).abstain.coverage);
}

TEST_CASE("a class with too few predictions takes the pooled threshold") {
  std::vector<Answered> answers = honest(1000, 5);
  for (std::uint64_t group = 1; group <= 6; ++group) answers.push_back({group, 4, 4, 0.6f});
  const AbstainFit fit = fit_abstain(answers, 6, 0.95);
  CHECK(fit.own == 4);
  CHECK(fit.abstain.thresholds[4] == fit.pooled);
  CHECK(fit.abstain.thresholds[5] == fit.pooled);  // never predicted
  CHECK(fit.abstain.thresholds.size() == 6);
}

TEST_CASE("where the rate cannot be reached nothing is accepted") {
  std::vector<Answered> answers;
  for (std::uint64_t group = 0; group < 50; ++group)
    answers.push_back({group, 0, static_cast<std::uint32_t>(group % 2), 0.9f});
  const AbstainFit fit = fit_abstain(answers, 2, 0.99);
  CHECK(fit.abstain.thresholds == std::vector<float>{kNeverAccepted, kNeverAccepted});
  CHECK(fit.accepted == 0);
  CHECK(fit.abstain.coverage == 0);
  CHECK(fit.json().find("\"accuracy\"") == std::string::npos);
}

TEST_CASE("without a mistake, what is less sure than anything seen is still not accepted") {
  std::vector<Answered> answers;
  for (std::uint64_t group = 0; group < 400; ++group)
    answers.push_back({group, 0, 0, 0.75f + static_cast<float>(group % 10) / 100});
  const AbstainFit fit = fit_abstain(answers, 1, 0.99);
  CHECK(fit.abstain.thresholds[0] <= 0.75f);
  CHECK(fit.abstain.thresholds[0] > 0.7498f);
  CHECK(fit.abstain.coverage == 1);
  CHECK(fit.accuracy.value == 1);
}

TEST_CASE("no track fits and checks, and the order of answers does not matter") {
  std::vector<Answered> answers = honest(301, 9);
  const AbstainFit fit = fit_abstain(answers, 4, 0.95);
  CHECK(fit.fitted_groups + fit.checked_groups == 301);
  CHECK(fit.fitted_samples + fit.checked_samples == answers.size());
  std::reverse(answers.begin(), answers.end());
  CHECK(fit_abstain(answers, 4, 0.95).abstain == fit.abstain);
}

TEST_CASE("no answers give no thresholds that accept") {
  const AbstainFit fit = fit_abstain({}, 2, 0.99);
  CHECK(fit.abstain.thresholds == std::vector<float>{kNeverAccepted, kNeverAccepted});
}

TEST_CASE("a package without thresholds accepts every answer") {
  const AbstainCheck check = check_abstain(honest(10, 1), {});
  CHECK(check.accepted == 100);
  CHECK(check.coverage() == 1);
}

}  // namespace signpost
