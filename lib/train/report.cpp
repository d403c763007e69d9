#include "train/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/html.h"
#include "base/plot.h"
#include "base/progress.h"

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

std::string matrix_of(const Evaluation& e) {
  constexpr int kCell = 14, kMargin = 34;
  const auto side = static_cast<int>(e.classes()) * kCell + kMargin;
  std::string svg = fmt::format(
      R"(<div class="matrix"><svg viewBox="0 0 {0} {0}" width="{0}" role="img" aria-label="Confusion matrix">)",
      side);
  for (std::size_t t = 0; t < e.classes(); ++t) {
    const int at = kMargin + static_cast<int>(t) * kCell;
    svg += fmt::format(
        R"(<text x="{}" y="{}" text-anchor="end">{}</text><text x="{}" y="{}" text-anchor="middle">{}</text>)",
        kMargin - 5, at + 11, e.class_ids()[t], at + kCell / 2, kMargin - 8, e.class_ids()[t]);
    for (std::size_t p = 0; p < e.classes(); ++p) {
      const std::uint64_t count = e.confusion(t, p);
      if (count == 0) continue;
      const double share = static_cast<double>(count) / static_cast<double>(e.support(t));
      const double strength = std::sqrt(share);
      svg += fmt::format(
          R"(<rect x="{}" y="{}" width="{}" height="{}" class="{}" fill-opacity="{:.2f}"><title>{} {} called {} {}: {} of {}</title></rect>)",
          kMargin + static_cast<int>(p) * kCell, at, kCell - 1, kCell - 1, t == p ? "s0" : "bad",
          std::max(0.15, strength), e.class_ids()[t], escaped_html(e.names()[t]), e.class_ids()[p],
          escaped_html(e.names()[p]), count, e.support(t));
    }
  }
  return svg + "</svg></div>";
}

std::string classes_of(const Evaluation& e) {
  std::vector<std::size_t> order;
  for (std::size_t t = 0; t < e.classes(); ++t) {
    if (e.support(t) > 0) order.push_back(t);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return e.recall(a) < e.recall(b); });
  std::string out =
      "<div class=\"wide\"><table><thead><tr><th>class</th><th "
      "class=\"name\">name</th><th>samples</th><th>recall</th><th>precision</th></tr>"
      "</thead><tbody>";
  for (const std::size_t t : order) {
    out += fmt::format(
        "<tr><td>{}</td><td class=\"name\">{}</td><td>{}</td><td>{:.2f} %</td><td>{:.2f} "
        "%</td></tr>",
        e.class_ids()[t], escaped_html(e.names()[t]), grouped(e.support(t)), 100 * e.recall(t),
        100 * e.precision(t));
  }
  return out + "</tbody></table></div>";
}

}  // namespace

std::string training_report(const RunInfo& info, const Evaluation& validation,
                            std::string_view metrics) {
  const Interval accuracy = validation.accuracy_by_group();
  const auto percent = [](double share) { return fmt::format("{:.2f} %", 100 * share); };
  const std::string title = fmt::format("{}, {} epochs", info.network.name, info.epochs);
  std::string html = fmt::format(
      "<h1>{}</h1><p class=\"sub\">{} training samples, {} validation samples in {} groups; crop "
      "{} "
      "px; augmentation {}; seed {}</p>",
      escaped_html(title), grouped(info.train_samples), grouped(info.validation_samples),
      grouped(validation.group_count()), info.preprocessing.size, escaped_html(info.augment),
      info.seed);
  html += "<h2>Validation</h2><dl class=\"figures\">";
  html += html_figure(
      "accuracy", percent(accuracy.value),
      fmt::format("95 % over groups: {:.2f} to {:.2f} %", 100 * accuracy.low, 100 * accuracy.high));
  html += html_figure("top 5", percent(validation.top5_accuracy()));
  html += html_figure("macro recall", percent(validation.macro_recall()));
  html += html_figure("macro F1", percent(validation.macro_f1()));
  html += html_figure("calibration error", percent(validation.calibration_error()));
  html += "</dl><h2>Epochs</h2>" + curves_of(metrics);
  html +=
      "<p class=\"sub\">Training figures are taken on augmented samples while the network learns; "
      "validation figures are "
      "of the averaged weights.</p>";
  html +=
      "<h2>Confusion</h2><p class=\"sub\">Rows are the true classes, columns the predicted ones; "
      "red is wrong. Point at a "
      "cell for its names.</p>" +
      matrix_of(validation);
  html += "<h2>Classes, worst first</h2>" + classes_of(validation);
  return html_page(title, html);
}

}  // namespace signpost
