#include "base/dot_plot.h"

#include <catch2/catch.hpp>

namespace signpost {
namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("an interval chart draws each value on its interval, and has them as a table") {
  IntervalChart chart;
  chart.title = "Accuracy <by size>";
  chart.axis = "pixels";
  chart.dots = {{"under 20", 50, 25, 75, 1}, {"20+", 100, 100, 100, 1200}};
  chart.unit = " %";
  const std::string svg = interval_chart(chart);
  CHECK(holds(svg, "Accuracy &lt;by size&gt;"));
  // The plot is 144 high below a margin of 12, and each of two parts is 152 wide right of 46.
  CHECK(holds(svg, "points=\"122.0,120.0 122.0,48.0\""));
  CHECK(holds(svg, "cx=\"122.0\" cy=\"84.0\""));
  CHECK(holds(svg, "<title>under 20: 50.00 % (25.00 to 75.00 %), 1 sample</title>"));
  CHECK(holds(svg, "<tr><td>20+</td><td>100.00 %</td><td>100.00 to 100.00 %</td><td>1,200</td>"));
  CHECK(holds(svg, "aria-label=\"Accuracy &lt;by size&gt;: under 20 50 %; 20+ 100 %.\""));
}

TEST_CASE("a diagonal chart draws larger dots for more samples, beside the diagonal") {
  DiagonalChart chart;
  chart.title = "Calibration";
  chart.x_axis = "confidence";
  chart.y_axis = "accuracy";
  chart.series = {{"before", "s1", {{0.5, 0.75, 25}, {1, 1, 100}}}, {"after", "s0", {}}};
  const std::string svg = diagonal_chart(chart);
  CHECK(holds(svg, "d=\"M46.0 156.0L350.0 12.0\""));
  CHECK(holds(svg, "cx=\"198.0\" cy=\"48.0\" r=\"5.0\""));
  CHECK(holds(svg, "cx=\"350.0\" cy=\"12.0\" r=\"8.0\""));
  CHECK(holds(svg, "<title>before: confidence 50.0 %, accuracy 75.0 %, 25 samples</title>"));
  CHECK(holds(svg, "after</span>"));
}

}  // namespace signpost
