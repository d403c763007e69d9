#include "train/report.h"

#include <array>
#include <catch2/catch.hpp>

namespace signpost {
namespace {

Evaluation some_evaluation() {
  Evaluation evaluation({1, 14, 38}, {"Speed limit 30 km/h", "Stop <sign>", "Keep right"});
  Sample sample;
  for (std::size_t i = 0; i < 30; ++i) {
    sample.id = std::to_string(i);
    sample.group = std::to_string(i / 5);
    std::array<float, 3> answer = {0.1f, 0.1f, 0.1f};
    answer[i == 7 ? 2 : i % 3] = 0.8f;
    evaluation.add(sample, i % 3, answer);
  }
  return evaluation;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a run's report has its figures, its curves and its classes, and needs no network") {
  RunInfo info;
  info.network.name = "signnet";
  info.epochs = 2;
  info.augment = "road";
  const std::string page = training_report(
      info, some_evaluation(),
      "{\"loss\":1.5,\"validation_loss\":1.2,\"accuracy\":0.4,\"validation_accuracy\":0.5}\n"
      "not an object\n"
      "{\"loss\":0.5,\"validation_loss\":0.4,\"accuracy\":0.9,\"validation_accuracy\":0.8}\n");
  CHECK(holds(page, "<title>signnet, 2 epochs</title>"));
  CHECK(holds(page, "<dt>accuracy</dt><dd>96.67 %"));
  CHECK(holds(page, "<title>epoch 2, validation loss: 0.4</title>"));
  CHECK(holds(page, "<title>epoch 1, training: 40 %</title>"));
  CHECK(holds(page, "<title>14 Stop &lt;sign&gt; called 38 Keep right: 1 of 10</title>"));
  CHECK(holds(page, "<td class=\"name\">Stop &lt;sign&gt;</td><td>10</td><td>90.00 %</td>"));
  CHECK_FALSE(holds(page, "http"));
  CHECK_FALSE(holds(page, "<script"));
}

TEST_CASE("a run without epochs has no curves") {
  const std::string page = training_report(RunInfo(), some_evaluation(), "");
  CHECK_FALSE(holds(page, "<polyline"));
  CHECK(holds(page, "Confusion"));
}

}  // namespace signpost
