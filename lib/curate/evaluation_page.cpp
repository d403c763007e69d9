#include "curate/evaluation_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/dot_plot.h"
#include "base/html.h"
#include "base/json_text.h"
#include "base/progress.h"
#include "codecs/decode.h"
#include "pixels/preprocess.h"

namespace signpost {
namespace {

std::string percent(double share) { return fmt::format("{:.2f} %", 100 * share); }

std::string range_of(const Interval& interval) {
  return fmt::format("{:.2f} to {:.2f} %", 100 * interval.low, 100 * interval.high);
}

IntervalChart::Dot dot_of(std::string name, const Interval& interval, std::uint64_t samples) {
  return {std::move(name), 100 * interval.value, 100 * interval.low, 100 * interval.high, samples};
}

/// An axis up to 100 % on which every interval shows.
std::string chart_of(IntervalChart chart) {
  double least = 100;
  for (const IntervalChart::Dot& dot : chart.dots) least = std::min(least, dot.low);
  for (const double low : {98.0, 95.0, 90.0, 80.0, 50.0, 0.0}) {
    chart.low = low;
    if (low <= least) break;
  }
  chart.unit = " %";
  return interval_chart(chart);
}

std::string parts_chart(const char* title, const char* axis,
                        const std::vector<Evaluation::Part>& parts) {
  if (parts.empty()) return {};
  IntervalChart chart;
  chart.title = title;
  chart.note = "With the 95 % interval over groups";
  chart.axis = axis;
  for (const Evaluation::Part& part : parts) {
    std::string name = fmt::format("{}-{}", part.low, part.high - 1);
    if (part.high == 0) name = fmt::format("{}+", part.low);
    chart.dots.push_back(dot_of(std::move(name), part.accuracy, part.samples));
  }
  return chart_of(std::move(chart));
}

DiagonalChart::Series series_of(const char* name, const char* colour,
                                const std::vector<Evaluation::Reliability>& bins) {
  DiagonalChart::Series series{name, colour, {}};
  for (const Evaluation::Reliability& bin : bins)
    series.dots.push_back({bin.confidence, bin.accuracy, bin.samples});
  return series;
}

std::string picture_html(const Image& picture) {
  constexpr int kMost = 96;
  if (picture.width == 0) return {};
  Image small = picture;
  if (picture.width > kMost) {
    small = Image(kMost, kMost);
    resample(picture, {0, 0, picture.width, picture.height}, kMost, 0, small.rgb);
  }
  return fmt::format("<img src=\"{}\" width=\"{}\" height=\"{}\" alt=\"\">",
                     data_uri("image/png", encode_png(small)), small.width, small.height);
}

/// How accuracy moves with one kind of wrong framing.
std::string framing_chart(const char* title, const char* axis, Disturbance::Kind kind,
                          const std::vector<Robustness::Result>& results, const Evaluation& plain) {
  struct Point {
    int amount;
    IntervalChart::Dot dot;
  };
  const int unmoved = kind == Disturbance::Kind::scale ? 1000 : 0;
  std::vector<Point> points = {{unmoved, dot_of("0", plain.accuracy_by_group(), plain.count())}};
  for (const Robustness::Result& each : results) {
    if (each.disturbance->kind != kind) continue;
    const int amount = each.disturbance->amount;
    const std::string name = kind == Disturbance::Kind::scale
                                 ? fmt::format("{:+}", (amount - unmoved) / 10)
                                 : std::to_string(amount / 10);
    points.push_back({amount, dot_of(name, each.accuracy, plain.count())});
  }
  std::stable_sort(points.begin(), points.end(),
                   [](const Point& a, const Point& b) { return a.amount < b.amount; });
  IntervalChart chart;
  chart.title = title;
  chart.axis = axis;
  for (Point& point : points) chart.dots.push_back(std::move(point.dot));
  return chart_of(std::move(chart));
}

}  // namespace

const char* const kEvaluationStyle = R"(
.worst{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:1.2rem .9rem;margin:1rem 0}
.worst img{width:100%;height:auto;aspect-ratio:1;image-rendering:pixelated;border-radius:6px;background:var(--card);display:block;margin-bottom:.3rem}
.worst figcaption{font-weight:400;font-size:.9rem}.worst b{color:var(--bad);font-weight:600}.worst small{overflow-wrap:anywhere}
)";

std::string figures_html(const Evaluation& e) {
  const Interval accuracy = e.accuracy_by_group();
  std::string html = "<dl class=\"figures\">";
  html +=
      html_figure("accuracy", percent(accuracy.value), "95 % over groups: " + range_of(accuracy));
  html += html_figure("top 5", percent(e.top5_accuracy()));
  html += html_figure("macro recall", percent(e.macro_recall()));
  html += html_figure("macro F1", percent(e.macro_f1()));
  html += html_figure("calibration error", percent(e.calibration_error()));
  return html + "</dl>";
}

std::string parts_html(const Evaluation& e) {
  const std::string plots =
      parts_chart("Accuracy by the sign's shorter side", "pixels of the photograph", e.by_size()) +
      parts_chart("Accuracy by brightness", "mean luminance of the crop, of 255",
                  e.by_brightness());
  if (plots.empty()) return {};
  return "<h2>Where it is weak</h2><div class=\"plots\">" + plots + "</div>";
}

std::string reliability_html(const Evaluation& e,
                             const std::vector<Evaluation::Reliability>* before) {
  DiagonalChart chart;
  chart.title = "How often it is right when it is so sure";
  chart.note =
      "On the dashed line, confidence can be taken at its word; above it, the network is right "
      "more "
      "often than it says";
  chart.x_axis = "confidence";
  chart.y_axis = "accuracy";
  if (before) chart.series.push_back(series_of("before temperature scaling", "s1", *before));
  chart.series.push_back(
      series_of(before ? "calibrated, as it answers" : "as it answers", "s0", e.reliability()));
  return "<h2>Calibration</h2><div class=\"plots\">" + diagonal_chart(chart) + "</div>";
}

std::string worst_html(const Evaluation& e) {
  if (e.worst().empty()) return {};
  const auto mistakes = static_cast<std::size_t>(
      std::count_if(e.worst().begin(), e.worst().end(),
                    [](const Evaluation::Failure& each) { return each.target != each.predicted; }));
  std::string html =
      "<h2>Worst images</h2><p class=\"sub\">Mistakes, the most confident first; then right "
      "answers "
      "that were the least sure. As the network saw them.</p><div class=\"worst\">";
  for (std::size_t i = 0; i < e.worst().size(); ++i) {
    const Evaluation::Failure& each = e.worst()[i];
    const auto name = [&](std::size_t output) {
      return fmt::format("{} {}", e.class_ids()[output], escaped_html(e.names()[output]));
    };
    html += "<figure>" + picture_html(each.picture) + "<figcaption>" + name(each.target);
    if (i < mistakes) html += " <b>called " + name(each.predicted) + "</b>";
    html += fmt::format(", {:.1f} % sure<small>{}</small></figcaption></figure>\n",
                        100 * each.confidence, escaped_html(each.id));
  }
  return html + "</div>";
}

std::string confusion_html(const Evaluation& e) {
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
  return "<h2>Confusion</h2><p class=\"sub\">Rows are the true classes, columns the predicted "
         "ones; "
         "red is wrong. Point at a cell for its names.</p>" +
         svg + "</svg></div>";
}

std::string classes_html(const Evaluation& e) {
  std::vector<std::size_t> order;
  for (std::size_t t = 0; t < e.classes(); ++t) {
    if (e.support(t) > 0) order.push_back(t);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return e.recall(a) < e.recall(b); });
  std::string out =
      "<h2>Classes, worst first</h2><div class=\"wide\"><table><thead><tr><th>class</th><th "
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

std::string robustness_html(const Robustness& robustness, const Evaluation& plain) {
  const std::vector<Robustness::Result> results = robustness.results();
  std::string html =
      "<h2>Robustness</h2><p class=\"sub\">Accuracy on the same samples when the box is not where "
      "it "
      "should be, or the picture is worse; 95 % intervals over groups.</p><div class=\"plots\">" +
      framing_chart("Box shrunk or grown", "change of the box's sides, %", Disturbance::Kind::scale,
                    results, plain) +
      framing_chart("Box shifted, in the mean of four directions", "share of the box's side, %",
                    Disturbance::Kind::shift, results, plain) +
      "</div><div class=\"wide\"><table><thead><tr><th class=\"name\">disturbance</th><th>accuracy"
      "</th><th>interval</th><th>difference</th><th>interval</th><th>boxes beyond the image</th>"
      "</tr></thead><tbody>";
  for (const Robustness::Result& each : results) {
    std::string outside;
    if (each.disturbance->of_framing()) outside = fmt::format("{:.0f} %", 100 * each.outside);
    html += fmt::format(
        "<tr><td class=\"name\">{}</td><td>{}</td><td>{}</td><td>{:+.2f}</td><td>{:+.2f} to "
        "{:+.2f}</td><td>{}</td></tr>",
        escaped_html(each.disturbance->name), percent(each.accuracy.value), range_of(each.accuracy),
        100 * each.difference.value, 100 * each.difference.low, 100 * each.difference.high,
        outside);
  }
  return html + "</tbody></table></div>";
}

std::string facts_json(const ModelFacts& facts) {
  std::string out =
      fmt::format("{{\"network\":{},\"parameters\":{},\"bytes\":{},\"multiplications\":{}",
                  json_string(facts.name), facts.parameters, facts.bytes, facts.multiplications);
  if (facts.latency) {
    out += fmt::format(",\"latency_ms\":{{\"p50\":{:.4f},\"p95\":{:.4f},\"images\":{}}}",
                       facts.latency->p50_ms, facts.latency->p95_ms, facts.latency->images);
  }
  return out + "}";
}

std::string facts_text(const ModelFacts& facts) {
  std::string out = fmt::format(
      "\nnetwork       {}: {} parameters in {:.2f} MB, {:.1f} million multiplications\n",
      facts.name, grouped(facts.parameters), static_cast<double>(facts.bytes) / 1e6,
      static_cast<double>(facts.multiplications) / 1e6);
  if (facts.latency) {
    out +=
        fmt::format("latency       {:.3f} ms p50, {:.3f} ms p95: one image, one thread, {} timed\n",
                    facts.latency->p50_ms, facts.latency->p95_ms, grouped(facts.latency->images));
  }
  return out;
}

std::string evaluation_page(const std::string& title, const std::string& what,
                            const Evaluation& evaluation, const ModelFacts& facts,
                            const Robustness* robustness) {
  std::string html =
      fmt::format("<h1>{}</h1><p class=\"sub\">{}</p>", escaped_html(title), escaped_html(what));
  html += figures_html(evaluation) + "<h2>Model</h2><dl class=\"figures\">";
  html += html_figure("network", facts.name);
  html += html_figure("parameters", grouped(facts.parameters));
  html += html_figure("size", fmt::format("{:.2f} MB", static_cast<double>(facts.bytes) / 1e6));
  html += html_figure("multiplications",
                      fmt::format("{:.1f} M", static_cast<double>(facts.multiplications) / 1e6),
                      "for one image");
  if (facts.latency) {
    html += html_figure(
        "latency", fmt::format("{:.2f} ms", facts.latency->p50_ms),
        fmt::format("one thread; 95 % of images within {:.2f} ms", facts.latency->p95_ms));
  }
  html += "</dl>";
  if (robustness) html += robustness_html(*robustness, evaluation);
  html += parts_html(evaluation) + reliability_html(evaluation) + worst_html(evaluation) +
          confusion_html(evaluation) + classes_html(evaluation);
  return html_page(title, html, kEvaluationStyle);
}

}  // namespace signpost
