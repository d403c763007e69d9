#include "curate/temperature.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/random.h"

namespace signpost {
namespace {

/// Logits whose softmax at temperature `truth` gives the chances by which the labels are drawn.
struct Drawn {
  std::vector<float> logits;
  std::vector<std::int64_t> targets;
  Drawn(std::size_t count, double truth) {
    for (std::size_t i = 0; i < count; ++i) {
      Random random(1, "logits", i, "test");
      std::vector<float> z(kClasses), p(kClasses);
      for (float& value : z) value = static_cast<float>(random.normal() * 2);
      softmax(z, truth, p);
      double left = random.uniform();
      std::size_t label = 0;
      while (label + 1 < kClasses && left >= p[label]) left -= p[label++];
      logits.insert(logits.end(), z.begin(), z.end());
      targets.push_back(static_cast<std::int64_t>(label));
    }
  }
  static constexpr std::size_t kClasses = 5;
  LabelledLogits data() const { return {logits, targets, kClasses}; }
};

double loss(const LabelledLogits& data, double temperature) {
  std::vector<float> p(data.classes);
  double sum = 0;
  for (std::size_t i = 0; i < data.targets.size(); ++i) {
    softmax(data.logits.subspan(i * data.classes, data.classes), temperature, p);
    sum -= std::log(p[static_cast<std::size_t>(data.targets[i])]);
  }
  return sum;
}

}  // namespace

TEST_CASE("the temperature that made the labels is found again") {
  for (const double truth : {0.4, 1.0, 3.0}) {
    const Drawn drawn(20000, truth);
    CHECK(fit_temperature(drawn.data()) == Approx(truth).epsilon(0.05));
  }
}

TEST_CASE("no other temperature has a smaller loss") {
  const Drawn drawn(5000, 0.7);
  const double fitted = fit_temperature(drawn.data());
  CHECK(loss(drawn.data(), fitted) < loss(drawn.data(), fitted * 1.02));
  CHECK(loss(drawn.data(), fitted) < loss(drawn.data(), fitted / 1.02));
}

TEST_CASE("a part of the samples can be fitted alone") {
  Drawn drawn(4000, 0.5);
  const Drawn other(4000, 2.0);
  drawn.logits.insert(drawn.logits.end(), other.logits.begin(), other.logits.end());
  drawn.targets.insert(drawn.targets.end(), other.targets.begin(), other.targets.end());
  std::vector<std::uint32_t> first, second;
  for (std::uint32_t i = 0; i < 8000; ++i) (i < 4000 ? first : second).push_back(i);
  CHECK(fit_temperature(drawn.data(), first) == Approx(0.5).epsilon(0.1));
  CHECK(fit_temperature(drawn.data(), second) == Approx(2.0).epsilon(0.1));
}

TEST_CASE("few labels without a mistake do not ask for certainty, many ask for more of it") {
  const auto fitted = [](std::size_t count) {
    std::vector<float> logits;
    for (std::size_t i = 0; i < count; ++i) logits.insert(logits.end(), {2.0f, 0.0f});
    const std::vector<std::int64_t> targets(count, 0);
    std::vector<float> p(2);
    softmax(std::vector<float>{2.0f, 0.0f}, fit_temperature({logits, targets, 2}), p);
    return p[0];
  };
  CHECK(fitted(8) == Approx(8.5 / 9).epsilon(0.001));
  CHECK(fitted(200) == Approx(200.5 / 201).epsilon(0.001));
}

TEST_CASE("labels against every logit give the largest temperature, and none give 1") {
  const std::vector<float> logits = {9.0f, 0.0f, 8.0f, 0.0f};
  const std::vector<std::int64_t> targets = {1, 1};
  CHECK(fit_temperature({logits, targets, 2}) == Approx(20));
  CHECK(fit_temperature({{}, {}, 2}) == 1);
}

TEST_CASE("softmax at a temperature does not overflow") {
  std::vector<float> p(2);
  softmax(std::vector<float>{4000.0f, 3999.0f}, 0.05, p);
  CHECK(p[0] == Approx(1));
  softmax(std::vector<float>{2.0f, 0.0f}, 2, p);
  CHECK(p[0] == Approx(1 / (1 + std::exp(-1.0))));
}

}  // namespace signpost
