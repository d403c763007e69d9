#include "train/report.h"

#include <array>
#include <catch2/catch.hpp>

namespace signpost {
namespace {

CalibratedEvaluation some_evaluation() {
  Evaluation evaluation({1, 14, 38}, {"Speed limit 30 km/h", "Stop <sign>", "Keep right"});
  Sample sample;
  for (std::size_t i = 0; i < 30; ++i) {
    sample.id = std::to_string(i);
    sample.group = std::to_string(i / 5);
    std::array<float, 3> answer = {0.1f, 0.1f, 0.1f};
    answer[i == 7 ? 2 : i % 3] = 0.8f;
    evaluation.add(sample, i % 3, answer, std::vector<std::uint8_t>(8 * 8 * 3, 90));
  }
  Calibration calibration;
  calibration.temperature = 0.5;
  calibration.before = {0.3, 0.12};
  calibration.after = {0.1, 0.01};
  calibration.cross_fitted = Calibration::Quality{0.11, 0.02};
  calibration.reliability_before = {{0.4, 0.5, 30, 0.45, 0.95}};
  return {std::move(evaluation), std::move(calibration)};
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
  CHECK(holds(page, "training loss"));
  CHECK(holds(page, "<dt>accuracy</dt><dd>96.67 %"));
  CHECK(holds(page, "<title>epoch 2, validation loss: 0.4</title>"));
  CHECK(holds(page, "<title>epoch 1, training: 40 %</title>"));
  CHECK(holds(page, "<title>14 Stop &lt;sign&gt; called 38 Keep right: 1 of 10</title>"));
  CHECK(holds(page, "<td class=\"name\">Stop &lt;sign&gt;</td><td>10</td><td>90.00 %</td>"));
  CHECK(holds(page,
              "temperature of 0.500, fitted on these samples: the calibration error falls "
              "from 12.00 to 1.00 %"));
  CHECK(holds(page, "it comes to 2.00 % and 0.1100"));
  CHECK(holds(page, "<title>before temperature scaling: confidence 45.0 %"));
  CHECK(holds(page, "14 Stop &lt;sign&gt; <b>called 38 Keep right</b>, 80.0 % sure"));
  CHECK(holds(page, "data:image/png"));
  CHECK(holds(page, "Accuracy by brightness"));
  CHECK_FALSE(holds(page, "http"));
  CHECK_FALSE(holds(page, "<script"));
}

TEST_CASE("a run without epochs has no curves") {
  const std::string page = training_report(RunInfo(), some_evaluation(), "");
  CHECK_FALSE(holds(page, "training loss"));
  CHECK(holds(page, "Confusion"));
}

}  // namespace signpost
