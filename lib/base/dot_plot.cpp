#include "base/dot_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/html.h"
#include "base/plot.h"
#include "base/plot_parts.h"
#include "base/progress.h"

namespace signpost {

using namespace plot_parts;

namespace {

std::string percent(double share) { return fmt::format("{:.1f} %", 100 * share); }

std::string table_of(const IntervalChart& chart) {
  std::string html = fmt::format(
      "<details><summary>As a table</summary><table><thead><tr><th>{}</th><th>value</th><th>95 % "
      "interval</th><th>samples</th></tr></thead><tbody>",
      escaped_html(chart.axis));
  for (const IntervalChart::Dot& dot : chart.dots) {
    html +=
        fmt::format("<tr><td>{}</td><td>{:.2f}{}</td><td>{:.2f} to {:.2f}{}</td><td>{}</td></tr>",
                    escaped_html(dot.name), dot.value, escaped_html(chart.unit), dot.low, dot.high,
                    escaped_html(chart.unit), grouped(dot.samples));
  }
  return html + "</tbody></table></details></figure>\n";
}

std::string table_of(const DiagonalChart& chart) {
  std::string html = fmt::format(
      "<details><summary>As a table</summary><table><thead><tr><th "
      "class=\"name\"></th><th>{}</th><th>{}</th><th>samples</th></tr></thead><tbody>",
      escaped_html(chart.x_axis), escaped_html(chart.y_axis));
  for (const DiagonalChart::Series& series : chart.series) {
    for (const DiagonalChart::Dot& dot : series.dots) {
      html += fmt::format("<tr><td class=\"name\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                          escaped_html(series.name), percent(dot.x), percent(dot.y),
                          grouped(dot.samples));
    }
  }
  return html + "</tbody></table></details></figure>\n";
}

}  // namespace

std::string interval_chart(const IntervalChart& chart) {
  const double each = kPlotWidth / static_cast<double>(chart.dots.size());
  const auto y = [&](double value) { return at_height(value, chart.low, chart.high); };
  std::string label = chart.title + ":";
  std::string marks;
  for (std::size_t i = 0; i < chart.dots.size(); ++i) {
    const IntervalChart::Dot& dot = chart.dots[i];
    const double x = kLeft + (static_cast<double>(i) + 0.5) * each;
    label += fmt::format(" {} {:.4g}{};", dot.name, dot.value, chart.unit);
    marks += fmt::format(
        R"(<polyline class="s0" points="{0:.1f},{1:.1f} {0:.1f},{2:.1f}"/><circle class="s0" cx="{0:.1f}" cy="{3:.1f}" r="4.5"><title>{4}: {5:.2f}{8} ({6:.2f} to {7:.2f}{8}), {9}</title></circle>)",
        x, y(dot.low), y(dot.high), y(dot.value), escaped_html(dot.name), dot.value, dot.low,
        dot.high, escaped_html(chart.unit), counted(dot.samples, "sample"));
    marks += tick(x, dot.name);
  }
  label.back() = '.';
  return opened(chart.title, chart.note, label) +
         grid(chart.low, chart.high, round_step((chart.high - chart.low) / 5), chart.unit) + marks +
         axis_title(chart.axis) + "</svg>" + table_of(chart);
}

std::string diagonal_chart(const DiagonalChart& chart) {
  constexpr double kSmallest = 2, kLargest = 8;
  const auto x = [](double share) { return kLeft + std::clamp(share, 0.0, 1.0) * kPlotWidth; };
  const auto y = [](double share) { return at_height(share, 0, 1); };
  std::string label = chart.title + ":", key = "<div class=\"key\">", marks;
  for (const DiagonalChart::Series& series : chart.series) {
    std::uint64_t most = 1;
    for (const DiagonalChart::Dot& dot : series.dots) most = std::max(most, dot.samples);
    key += key_entry(series.colour, series.name);
    label += fmt::format(" {}", series.name);
    for (const DiagonalChart::Dot& dot : series.dots) {
      const double share = static_cast<double>(dot.samples) / static_cast<double>(most);
      label += fmt::format(" {} at {},", percent(dot.y), percent(dot.x));
      marks += fmt::format(
          R"(<circle class="{}" fill-opacity=".75" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"><title>{}: {} {}, {} {}, {}</title></circle>)",
          series.colour, x(dot.x), y(dot.y), kSmallest + (kLargest - kSmallest) * std::sqrt(share),
          escaped_html(series.name), escaped_html(chart.x_axis), percent(dot.x),
          escaped_html(chart.y_axis), percent(dot.y), counted(dot.samples, "sample"));
    }
    label.back() = ';';
  }
  label.back() = '.';
  std::string svg = opened(chart.title, chart.note, label) + grid(0, 100, 20, " %");
  svg += fmt::format(R"(<path class="mark" fill="none" d="M{:.1f} {:.1f}L{:.1f} {:.1f}"/>)", x(0),
                     y(0), x(1), y(1));
  for (int i = 0; i <= 100; i += 20) svg += tick(x(i / 100.0), std::to_string(i));
  return svg + marks + axis_title(chart.x_axis + ", %") + "</svg>" + key + "</div>" +
         table_of(chart);
}

}  // namespace signpost
