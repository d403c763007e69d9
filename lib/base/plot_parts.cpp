#include "base/plot_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/html.h"
#include "base/progress.h"

namespace signpost::plot_parts {

double at_height(double value, double low, double high) {
  return kTop + (high - std::clamp(value, low, high)) / (high - low) * kPlotHeight;
}

std::string grid(double low, double high, double step, const std::string& unit) {
  const int decimals = step >= 1 ? 0 : static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
  std::string svg;
  const auto last = static_cast<int>(std::floor(high / step + 1e-9));
  for (int line = static_cast<int>(std::ceil(low / step - 1e-9)); line <= last; ++line) {
    const double value = line * step;
    const double y = at_height(value, low, high);
    const std::string number = decimals > 0
                                   ? fmt::format("{:.{}f}", value, decimals)
                                   : grouped(static_cast<std::uint64_t>(std::llround(value)));
    svg += fmt::format(
        R"(<path class="grid" d="M{} {:.1f}H{}"/><text x="{}" y="{:.1f}" text-anchor="end">{}{}</text>)",
        kLeft, y, kWidth - kRight, kLeft - 5, y + 4, number, escaped_html(unit));
  }
  return svg;
}

std::string opened(const std::string& title, const std::string& note, const std::string& label) {
  std::string head = "<figure class=\"plot\"><figcaption>" + escaped_html(title);
  if (!note.empty()) head += "<small>" + escaped_html(note) + "</small>";
  return head + fmt::format(R"(</figcaption><svg viewBox="0 0 {} {}" role="img" aria-label="{}">)",
                            kWidth, kHeight, escaped_html(label));
}

std::string axis_title(const std::string& axis) {
  return fmt::format(R"(<text x="{}" y="{}" text-anchor="middle">{}</text>)",
                     kLeft + kPlotWidth / 2, kHeight - 4, escaped_html(axis));
}

std::string tick(double x, const std::string& text) {
  return fmt::format(R"(<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>)", x,
                     kHeight - kBottom + 14, escaped_html(text));
}

std::string key_entry(const std::string& colour, const std::string& name) {
  return fmt::format(
      "<span><svg width=\"14\" height=\"10\" style=\"display:inline;width:14px\" "
      "aria-hidden=\"true\"><rect class=\"{}\" y=\"3\" width=\"14\" height=\"4\"/>"
      "</svg> {}</span>",
      colour, escaped_html(name));
}

}  // namespace signpost::plot_parts
