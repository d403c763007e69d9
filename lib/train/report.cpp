#include "train/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/progress.h"

namespace signpost {
namespace {

constexpr std::string_view kStyle = R"(
body{font:16px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.6rem;margin-bottom:0}h2{font-size:1.15rem;margin-top:2.2rem}
p.sub{color:#555;margin-top:.2rem}
dl.figures{display:flex;flex-wrap:wrap;gap:1rem 2.5rem}dl.figures div{min-width:8rem}
dt{color:#555;font-size:.85rem}dd{margin:0;font-size:1.5rem;font-variant-numeric:tabular-nums}
dd small{font-size:.85rem;color:#555}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}
td,th{padding:.15rem .7rem;text-align:right}td.name,th.name{text-align:left}
tbody tr:nth-child(even){background:#f4f4f4}th{border-bottom:1px solid #999}
svg text{font:12px system-ui,sans-serif;fill:#444}
.matrix{overflow-x:auto}.matrix svg text{font-size:9px}.curves{display:flex;flex-wrap:wrap;gap:1rem}
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

struct Curve {
  std::string name, colour;
  std::vector<double> values;
};

/// A line chart with one point an epoch; `low` and `high` are the ends of the vertical axis.
std::string chart(const std::string& title, const std::vector<Curve>& curves, double low,
                  double high, const char* unit) {
  constexpr double kWidth = 460, kHeight = 240, kLeft = 52, kTop = 28, kRight = 12, kBottom = 34;
  const std::size_t epochs = curves[0].values.size();
  const auto x = [&](std::size_t i) {
    const double share =
        epochs > 1 ? static_cast<double>(i) / static_cast<double>(epochs - 1) : 0.5;
    return kLeft + share * (kWidth - kLeft - kRight);
  };
  const auto y = [&](double value) {
    return kTop + (high - std::clamp(value, low, high)) / (high - low) * (kHeight - kTop - kBottom);
  };
  std::string svg = fmt::format(
      R"(<svg viewBox="0 0 {} {}" width="{}" role="img" aria-label="{}"><title>{}</title>)", kWidth,
      kHeight, kWidth, escaped(title), escaped(title));
  for (int i = 0; i <= 4; ++i) {
    const double value = low + (high - low) * i / 4;
    svg += fmt::format(
        R"(<path d="M{} {:.1f}H{}" stroke="#ddd"/><text x="{}" y="{:.1f}" text-anchor="end">{:.{}f}{}</text>)",
        kLeft, y(value), kWidth - kRight, kLeft - 6, y(value) + 4, value, high - low < 4 ? 2 : 0,
        unit);
  }
  double legend = kLeft;
  for (const Curve& curve : curves) {
    std::string points;
    for (std::size_t i = 0; i < curve.values.size(); ++i)
      points += fmt::format("{:.1f},{:.1f} ", x(i), y(curve.values[i]));
    svg += fmt::format(R"(<polyline points="{}" fill="none" stroke="{}" stroke-width="2"/>)",
                       points, curve.colour);
    for (std::size_t i = 0; i < curve.values.size(); ++i) {
      svg += fmt::format(
          R"(<circle cx="{:.1f}" cy="{:.1f}" r="2.5" fill="{}"><title>epoch {}: {:.4g}{}</title></circle>)",
          x(i), y(curve.values[i]), curve.colour, i + 1, curve.values[i], unit);
    }
    svg += fmt::format(
        R"(<rect x="{}" y="8" width="12" height="4" fill="{}"/><text x="{}" y="15">{}</text>)",
        legend, curve.colour, legend + 16, curve.name);
    legend += 130;
  }
  return svg + fmt::format(R"(<text x="{}" y="{}" text-anchor="middle">epoch 1 to {}</text></svg>)",
                           (kLeft + kWidth - kRight) / 2, kHeight - 8, epochs);
}

std::string curves_of(std::string_view metrics) {
  Curve loss{"training loss", "#c1121f", {}}, validation_loss{"validation loss", "#1d4e89", {}};
  Curve accuracy{"training", "#c1121f", {}}, validation{"validation", "#1d4e89", {}};
  while (!metrics.empty()) {
    const std::size_t end = std::min(metrics.find('\n'), metrics.size());
    const nlohmann::json line = nlohmann::json::parse(metrics.substr(0, end), nullptr, false);
    metrics.remove_prefix(std::min(end + 1, metrics.size()));
    if (!line.is_object()) continue;
    loss.values.push_back(line.value("loss", 0.0));
    validation_loss.values.push_back(line.value("validation_loss", 0.0));
    accuracy.values.push_back(100 * line.value("accuracy", 0.0));
    validation.values.push_back(100 * line.value("validation_accuracy", 0.0));
  }
  if (loss.values.empty()) return {};
  const double top =
      std::max(*std::max_element(loss.values.begin(), loss.values.end()),
               *std::max_element(validation_loss.values.begin(), validation_loss.values.end()));
  const double worst =
      std::min(*std::min_element(accuracy.values.begin(), accuracy.values.end()),
               *std::min_element(validation.values.begin(), validation.values.end()));
  return "<div class=\"curves\">" +
         chart("Loss by epoch", {loss, validation_loss}, 0, std::max(0.1, top), "") +
         chart("Accuracy by epoch", {accuracy, validation},
               std::min(95.0, std::floor(worst / 10) * 10), 100, " %") +
         "</div>";
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
          R"(<rect x="{}" y="{}" width="{}" height="{}" fill="{}" fill-opacity="{:.2f}"><title>{} {} called {} {}: {} of {}</title></rect>)",
          kMargin + static_cast<int>(p) * kCell, at, kCell - 1, kCell - 1,
          t == p ? "#1d4e89" : "#c1121f", std::max(0.15, strength), e.class_ids()[t],
          escaped(e.names()[t]), e.class_ids()[p], escaped(e.names()[p]), count, e.support(t));
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
      "<table><thead><tr><th>class</th><th "
      "class=\"name\">name</th><th>samples</th><th>recall</th><th>precision</th></tr>"
      "</thead><tbody>";
  for (const std::size_t t : order) {
    out += fmt::format(
        "<tr><td>{}</td><td class=\"name\">{}</td><td>{}</td><td>{:.2f} %</td><td>{:.2f} "
        "%</td></tr>",
        e.class_ids()[t], escaped(e.names()[t]), grouped(e.support(t)), 100 * e.recall(t),
        100 * e.precision(t));
  }
  return out + "</tbody></table>";
}

std::string figure(const std::string& name, const std::string& value,
                   const std::string& note = {}) {
  return fmt::format("<div><dt>{}</dt><dd>{}{}</dd></div>", name, value,
                     note.empty() ? "" : " <small>" + note + "</small>");
}

}  // namespace

std::string training_report(const RunInfo& info, const Evaluation& validation,
                            std::string_view metrics) {
  const Interval accuracy = validation.accuracy_by_group();
  const auto percent = [](double share) { return fmt::format("{:.2f} %", 100 * share); };
  std::string html = fmt::format(
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
      "content=\"width=device-width\"><title>{0} run</title><style>{1}</style><h1>{0}, {2} "
      "epochs</h1><p class=\"sub\">{3} "
      "training samples, {4} validation samples in {5} groups; crop {6} px; augmentation {7}; seed "
      "{8}</p>",
      escaped(info.network.name), kStyle, info.epochs, grouped(info.train_samples),
      grouped(info.validation_samples), grouped(validation.group_count()), info.preprocessing.size,
      escaped(info.augment), info.seed);
  html += "<h2>Validation</h2><dl class=\"figures\">";
  html += figure(
      "accuracy", percent(accuracy.value),
      fmt::format("95 % over groups: {:.2f} to {:.2f} %", 100 * accuracy.low, 100 * accuracy.high));
  html += figure("top 5", percent(validation.top5_accuracy()));
  html += figure("macro recall", percent(validation.macro_recall()));
  html += figure("macro F1", percent(validation.macro_f1()));
  html += figure("calibration error", percent(validation.calibration_error()));
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
  html += "<h2>Classes, worst first</h2>" + classes_of(validation) + "</html>\n";
  return html;
}

}  // namespace signpost
