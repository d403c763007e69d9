#include "train/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/html.h"
#include "base/plot.h"
#include "base/progress.h"
#include "curate/evaluation_page.h"

namespace signpost {
namespace {

std::string curves_of(std::string_view metrics) {
  Curve loss{"training loss", "s1", {}}, validation_loss{"validation loss", "s0", {}};
  Curve accuracy{"training", "s1", {}}, validation{"validation", "s0", {}};
  std::vector<std::string> epochs;
  while (!metrics.empty()) {
    const std::size_t end = std::min(metrics.find('\n'), metrics.size());
    const nlohmann::json line = nlohmann::json::parse(metrics.substr(0, end), nullptr, false);
    metrics.remove_prefix(std::min(end + 1, metrics.size()));
    if (!line.is_object()) continue;
    epochs.push_back(std::to_string(epochs.size() + 1));
    loss.values.push_back(line.value("loss", 0.0));
    validation_loss.values.push_back(line.value("validation_loss", 0.0));
    accuracy.values.push_back(100 * line.value("accuracy", 0.0));
    validation.values.push_back(100 * line.value("validation_accuracy", 0.0));
  }
  if (epochs.empty()) return {};
  const double top =
      std::max(*std::max_element(loss.values.begin(), loss.values.end()),
               *std::max_element(validation_loss.values.begin(), validation_loss.values.end()));
  const double worst =
      std::min(*std::min_element(accuracy.values.begin(), accuracy.values.end()),
               *std::min_element(validation.values.begin(), validation.values.end()));
  const LineChart losses{
      "Loss", "", "epoch", epochs, {loss, validation_loss}, 0, std::max(0.1, top), ""};
  const LineChart accuracies{"Accuracy",
                             "",
                             "epoch",
                             epochs,
                             {accuracy, validation},
                             std::min(95.0, std::floor(worst / 10) * 10),
                             100,
                             " %"};
  return "<div class=\"plots\">" + line_chart(losses) + line_chart(accuracies) + "</div>";
}

std::string calibration_text(const Calibration& calibration) {
  std::string html = fmt::format(
      "<p>Logits are divided by a temperature of {:.3f}, fitted on these samples: the calibration "
      "error falls from {:.2f} to {:.2f} %, the mean loss from {:.4f} to {:.4f}.",
      calibration.temperature, 100 * calibration.before.error, 100 * calibration.after.error,
      calibration.before.loss, calibration.after.loss);
  if (calibration.cross_fitted) {
    html += fmt::format(
        " Fitted on one half of the groups and measured on the other, it comes to {:.2f} % and "
        "{:.4f}.",
        100 * calibration.cross_fitted->error, calibration.cross_fitted->loss);
  }
  return html + "</p>";
}

}  // namespace

std::string training_report(const RunInfo& info, const CalibratedEvaluation& validation,
                            std::string_view metrics) {
  const Evaluation& evaluation = validation.evaluation;
  const std::string title = fmt::format("{}, {}", info.network.name,
                                        counted(static_cast<std::uint64_t>(info.epochs), "epoch"));
  std::string html = fmt::format(
      "<h1>{}</h1><p class=\"sub\">{} training samples, {} validation samples in {} groups; crop "
      "{} px; augmentation {}; seed {}</p>",
      escaped_html(title), grouped(info.train_samples), grouped(info.validation_samples),
      grouped(evaluation.group_count()), info.preprocessing.size, escaped_html(info.augment),
      info.seed);
  html += "<h2>Validation</h2>" + figures_html(evaluation) + "<h2>Epochs</h2>" +
          curves_of(metrics) +
          "<p class=\"sub\">Training figures are taken on augmented samples while the network "
          "learns; validation figures are of the averaged weights, before temperature scaling.</p>";
  html += parts_html(evaluation) +
          reliability_html(evaluation, &validation.calibration.reliability_before) +
          calibration_text(validation.calibration) + worst_html(evaluation) +
          confusion_html(evaluation) + classes_html(evaluation);
  return html_page(title, html, kEvaluationStyle);
}

}  // namespace signpost
