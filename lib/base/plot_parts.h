#pragma once

#include <string>

namespace signpost::plot_parts {

/// What the plots of base/plot.h and base/dot_plot.h are drawn with. One user unit is about one CSS
/// pixel on a phone, so that the letters stay readable there.
inline constexpr double kWidth = 360, kHeight = 190, kTop = 12, kRight = 10, kBottom = 34,
                        kLeft = 46;
inline constexpr double kPlotWidth = kWidth - kLeft - kRight,
                        kPlotHeight = kHeight - kTop - kBottom;

/// Where `value` of an axis from `low` to `high` lies; beyond its ends, at them.
double at_height(double value, double low, double high);

/// Horizontal grid lines with their numbers.
std::string grid(double low, double high, double step, const std::string& unit);

/// The figure's title and the opening of its SVG; `label` is for readers who do not see it.
std::string opened(const std::string& title, const std::string& note, const std::string& label);

std::string axis_title(const std::string& axis);
std::string tick(double x, const std::string& text);

/// One entry of a key: the colour of the page (base/html.h) and what it stands for.
std::string key_entry(const std::string& colour, const std::string& name);

}  // namespace signpost::plot_parts
