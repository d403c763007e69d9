#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace signpost {

/// Plots as SVG inside an HTML figure, for `html_page` (base/html.h), whose style colours them.
/// Each carries its numbers as a table that unfolds, and a label for readers who do not see it.
/// Titles, names and units are text; they are escaped here.

struct Curve {
  std::string name;
  std::string colour;          ///< a colour of the page: "s0", "red", …
  std::vector<double> values;  ///< one for each point of the chart
};

struct LineChart {
  std::string title;
  std::string note;                 ///< a sentence under the title; may be empty
  std::string axis;                 ///< what the points are, e.g. "epoch"
  std::vector<std::string> points;  ///< what each point is called; not empty
  std::vector<Curve> curves;
  double low = 0, high = 1;  ///< the ends of the vertical axis; values beyond are drawn at its ends
  std::string unit;          ///< behind each value, e.g. " %"
  std::size_t tick_every = 0;  ///< points from one named point to the next; 0: as fits
};

std::string line_chart(const LineChart& chart);

/// Bars over equal ranges: bar i counts the values in [low + i width, low + (i + 1) width).
struct Histogram {
  std::string title;
  std::string note;  ///< a sentence under the title; may be empty
  std::string axis;  ///< what is measured, with its unit, e.g. "pixels"
  std::string noun;  ///< what is counted, as a plural: "samples"
  int low = 0, width = 1;
  std::vector<std::uint64_t> counts;  ///< not empty
  bool open = false;                  ///< the last bar counts everything above too
  std::optional<double> median;       ///< drawn as a line
};

std::string histogram(const Histogram& plot);

/// The smallest of 1, 2 and 5 times a power of ten that is at least `least` (> 0): the distance
/// of grid lines.
double round_step(double least);

}  // namespace signpost
