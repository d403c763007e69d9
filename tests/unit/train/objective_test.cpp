#include "train/objective.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace signpost;

namespace {

const torch::Tensor kLogits = torch::tensor({{2.0, 0.0, -1.0}, {0.5, 1.5, 0.0}}, torch::kFloat32);
const torch::Tensor kTargets = torch::tensor({0, 2}, torch::kInt64);

double nll(std::size_t row, std::size_t target) {
  double sum = 0;
  const auto at = [&](std::size_t c) {
    return kLogits[static_cast<std::int64_t>(row)][static_cast<std::int64_t>(c)].item<double>();
  };
  for (std::size_t c = 0; c < 3; ++c) sum += std::exp(at(c));
  return std::log(sum) - at(target);
}

}  // namespace

TEST_CASE("class weights have a mean of 1 over the samples, whatever the balance") {
  const std::vector<std::uint64_t> counts{100, 25, 0};
  REQUIRE(class_weights(counts, 0) == std::vector<double>{1, 1, 0});
  const std::vector<double> half = class_weights(counts, 0.5), full = class_weights(counts, 1);
  REQUIRE(half[1] / half[0] == Approx(2));
  REQUIRE(full[1] / full[0] == Approx(4));
  REQUIRE(full[0] * 100 == Approx(full[1] * 25));
  for (const auto& weights : {half, full}) {
    REQUIRE((weights[0] * 100 + weights[1] * 25) / 125 == Approx(1));
    REQUIRE(weights[2] == 0);
  }
}

TEST_CASE("without smoothing, weights or teachers the objective is the mean of -log p") {
  RunInfo info;
  const Objective objective(info, {}, torch::kCPU);
  REQUIRE(objective.loss(kLogits, kTargets, {}).item<double>() ==
          Approx((nll(0, 0) + nll(1, 2)) / 2).epsilon(1e-5));
}

TEST_CASE("class weights multiply each sample's loss") {
  RunInfo info;
  const Objective objective(info, {0.5, 1, 3}, torch::kCPU);
  REQUIRE(objective.loss(kLogits, kTargets, {}).item<double>() ==
          Approx((0.5 * nll(0, 0) + 3 * nll(1, 2)) / 2).epsilon(1e-5));
}

TEST_CASE("a student that says what its teachers say has nothing to learn from them") {
  RunInfo info;
  info.distill_weight = 1;
  info.distill_temperature = 4;
  const Objective objective(info, {}, torch::kCPU);
  const torch::Tensor logits = kLogits.clone().requires_grad_();
  const torch::Tensor same = torch::softmax(kLogits / 4, 1);
  REQUIRE(std::abs(objective.loss(logits, kTargets, same).item<double>()) < 1e-6);
  const torch::Tensor other = torch::softmax(kLogits.flip({1}) / 4, 1);
  const torch::Tensor loss = objective.loss(logits, kTargets, other);
  REQUIRE(loss.item<double>() > 0.1);
  loss.backward();
  // The gradient of the divergence is T (p - q) / N, for softened p and q.
  const torch::Tensor expected = 4 * (same - other) / 2;
  REQUIRE(torch::allclose(logits.grad(), expected, 1e-4, 1e-6));
}

TEST_CASE("labels keep the share that teachers leave them") {
  RunInfo info;
  info.distill_weight = 0.25;
  info.distill_temperature = 1;
  const Objective objective(info, {}, torch::kCPU);
  const torch::Tensor same = torch::softmax(kLogits, 1);
  REQUIRE(objective.loss(kLogits, kTargets, same).item<double>() ==
          Approx(0.75 * (nll(0, 0) + nll(1, 2)) / 2).epsilon(1e-5));
}
