#include "base/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/html.h"
#include "base/plot_parts.h"
#include "base/progress.h"

namespace signpost {

using namespace plot_parts;

namespace {

constexpr std::size_t kMarkedPoints = 40;  // more points than this are a line without dots

std::string range_text(const Histogram& plot, std::size_t bar) {
  const int from = plot.low + static_cast<int>(bar) * plot.width;
  if (plot.open && bar + 1 == plot.counts.size()) return fmt::format("{} and more", from);
  if (plot.width == 1) return std::to_string(from);
  return fmt::format("{} to {}", from, from + plot.width - 1);
}

std::string table_of(const Histogram& plot) {
  std::string html = fmt::format(
      "<details><summary>As a table</summary><table><thead><tr><th>{}</th><th>{}</th>"
      "</tr></thead><tbody>",
      escaped_html(plot.axis), escaped_html(plot.noun));
  for (std::size_t i = 0; i < plot.counts.size(); ++i)
    html += fmt::format("<tr><td>{}</td><td>{}</td></tr>", range_text(plot, i),
                        grouped(plot.counts[i]));
  return html + "</tbody></table></details></figure>\n";
}

std::string table_of(const LineChart& chart) {
  std::string html = fmt::format(
      "<details><summary>As a table</summary><table><thead><tr><th>{}"
      "</th>",
      escaped_html(chart.axis));
  for (const Curve& curve : chart.curves)
    html += fmt::format("<th>{}</th>", escaped_html(curve.name));
  html += "</tr></thead><tbody>";
  for (std::size_t i = 0; i < chart.points.size(); ++i) {
    html += fmt::format("<tr><td>{}</td>", escaped_html(chart.points[i]));
    for (const Curve& curve : chart.curves)
      html += fmt::format("<td>{:.4g}{}</td>", curve.values[i], escaped_html(chart.unit));
    html += "</tr>";
  }
  return html + "</tbody></table></details></figure>\n";
}

}  // namespace

double round_step(double least) {
  const double ten = std::pow(10, std::floor(std::log10(least)));
  for (const double times : {1.0, 2.0, 5.0}) {
    if (times * ten >= least * (1 - 1e-9)) return times * ten;
  }
  return 10 * ten;
}

std::string line_chart(const LineChart& chart) {
  const std::size_t points = chart.points.size();
  const auto x = [&](std::size_t i) {
    const double share =
        points > 1 ? static_cast<double>(i) / static_cast<double>(points - 1) : 0.5;
    return kLeft + share * kPlotWidth;
  };
  const auto y = [&](double value) { return at_height(value, chart.low, chart.high); };
  std::string label = chart.title + ":", key = "<div class=\"key\">";
  for (const Curve& curve : chart.curves) {
    label += fmt::format(" {} ends at {:.4g}{};", curve.name, curve.values.back(), chart.unit);
    key += key_entry(curve.colour, curve.name);
  }
  label.back() = '.';
  std::string svg =
      opened(chart.title, chart.note, label) +
      grid(chart.low, chart.high, round_step((chart.high - chart.low) / 5), chart.unit);
  for (const Curve& curve : chart.curves) {
    svg += fmt::format(R"(<polyline class="{}" points=")", curve.colour);
    for (std::size_t i = 0; i < points; ++i)
      svg += fmt::format("{:.1f},{:.1f} ", x(i), y(curve.values[i]));
    svg += "\"/>";
    for (std::size_t i = 0; i < points && points <= kMarkedPoints; ++i) {
      svg += fmt::format(
          R"(<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="2.5"><title>{} {}, {}: {:.4g}{}</title></circle>)",
          curve.colour, x(i), y(curve.values[i]), escaped_html(chart.axis),
          escaped_html(chart.points[i]), escaped_html(curve.name), curve.values[i],
          escaped_html(chart.unit));
    }
  }
  const std::size_t every =
      chart.tick_every > 0
          ? chart.tick_every
          : static_cast<std::size_t>(round_step(std::max(1.0, static_cast<double>(points) / 10)));
  for (std::size_t i = 0; i < points; i += every) svg += tick(x(i), chart.points[i]);
  return svg + axis_title(chart.axis) + "</svg>" + key + "</div>" + table_of(chart);
}

std::string histogram(const Histogram& plot) {
  const std::uint64_t most = *std::max_element(plot.counts.begin(), plot.counts.end());
  const double step = round_step(std::max(1.0, static_cast<double>(most) / 4));
  const double high = std::max(1.0, std::ceil(static_cast<double>(most) / step) * step);
  const double bar = kPlotWidth / static_cast<double>(plot.counts.size());
  std::string label = fmt::format("{}: {} from {} to {} {}", plot.title, plot.noun, plot.low,
                                  range_text(plot, plot.counts.size() - 1), plot.axis);
  if (plot.median) label += fmt::format(", median {:g}", *plot.median);
  std::string svg = opened(plot.title, plot.note, label + ".") + grid(0, high, step, "");
  for (std::size_t i = 0; i < plot.counts.size(); ++i) {
    const double tall = static_cast<double>(plot.counts[i]) / high * kPlotHeight;
    svg += fmt::format(
        R"(<rect class="s0" x="{:.2f}" y="{:.1f}" width="{:.2f}" height="{:.1f}"><title>{} {}: {} {}</title></rect>)",
        kLeft + static_cast<double>(i) * bar + 0.5, kTop + kPlotHeight - tall,
        std::max(0.5, bar - 1), tall, range_text(plot, i), escaped_html(plot.axis),
        grouped(plot.counts[i]), escaped_html(plot.noun));
  }
  const auto bars = static_cast<double>(plot.counts.size());
  const int last = static_cast<int>(plot.counts.size()) - 1;
  const int step_bars =
      std::max(1, static_cast<int>(round_step(std::max(1.0, bars * plot.width / 6))) / plot.width);
  const auto named_tick = [&](int i, const char* more) {
    svg += tick(kLeft + (i + (plot.width == 1 || i == last ? 0.5 : 0)) * bar,
                std::to_string(plot.low + i * plot.width) + more);
  };
  for (int i = 0; i <= last; ++i) {
    const bool crowded = plot.open && (last - i) * bar < 32;
    if ((plot.low + i * plot.width) % (step_bars * plot.width) == 0 && !crowded) named_tick(i, "");
  }
  if (plot.open) named_tick(last, "+");
  if (plot.median) {
    const double at = std::min(bars, (*plot.median + 0.5 - plot.low) / plot.width);
    const double x = kLeft + at * bar;
    const bool right = at < bars * 0.7;
    svg += fmt::format(
        R"(<path class="mark" d="M{:.1f} {}V{}"/><text class="mark" x="{:.1f}" y="{}" text-anchor="{}">median {:g}</text>)",
        x, kTop - 6, kTop + kPlotHeight, x + (right ? 5 : -5), kTop + 2, right ? "start" : "end",
        *plot.median);
  }
  return svg + axis_title(plot.axis) + "</svg>" + table_of(plot);
}

}  // namespace signpost
