#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace signpost {

/// Plots of measured values as dots, in the manner of base/plot.h: SVG inside an HTML figure, with
/// their numbers as a table that unfolds.

/// A value with its interval for each of some named parts, in their order.
struct IntervalChart {
  struct Dot {
    std::string name;
    double value = 0, low = 0, high = 0;
    std::uint64_t samples = 0;
  };
  std::string title;
  std::string note;       ///< a sentence under the title; may be empty
  std::string axis;       ///< what the parts are, e.g. "pixels"
  std::vector<Dot> dots;  ///< not empty
  double low = 0, high = 100;
  std::string unit;
};

std::string interval_chart(const IntervalChart& chart);

/// Dots on the unit square, larger for more samples, beside the diagonal on which they should lie.
/// Numbers are shares, and shown as percentages.
struct DiagonalChart {
  struct Dot {
    double x = 0, y = 0;
    std::uint64_t samples = 0;
  };
  struct Series {
    std::string name;
    std::string colour;  ///< of the page (base/html.h)
    std::vector<Dot> dots;
  };
  std::string title;
  std::string note;
  std::string x_axis, y_axis;
  std::vector<Series> series;
};

std::string diagonal_chart(const DiagonalChart& chart);

}  // namespace signpost
