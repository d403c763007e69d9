#include "base/plot.h"

#include <catch2/catch.hpp>

#include "base/html.h"

namespace signpost {
namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("markup in a text is shown, not obeyed") {
  CHECK(escaped_html(R"(<b a="1">&x</b>)") == "&lt;b a=&quot;1&quot;&gt;&amp;x&lt;/b&gt;");
  const std::string page = html_page("<script>", "<p>body</p>");
  CHECK(holds(page, "<title>&lt;script&gt;</title>"));
  CHECK(holds(page, "<p>body</p>"));
  CHECK_FALSE(holds(page, "<script"));
  CHECK(html_figure("a<b", "1", "") == "<div><dt>a&lt;b</dt><dd>1</dd></div>\n");
}

TEST_CASE("a data URI is base64 with its padding") {
  CHECK(data_uri("text/plain", as_bytes("")) == "data:text/plain;base64,");
  CHECK(data_uri("text/plain", as_bytes("M")) == "data:text/plain;base64,TQ==");
  CHECK(data_uri("text/plain", as_bytes("Man")) == "data:text/plain;base64,TWFu");
}

TEST_CASE("grid lines are 1, 2 or 5 times a power of ten apart") {
  CHECK(round_step(0.03) == Approx(0.05));
  CHECK(round_step(1) == 1);
  CHECK(round_step(1.1) == 2);
  CHECK(round_step(2.5) == 5);
  CHECK(round_step(700) == 1000);
}

TEST_CASE("a histogram has a bar, a tooltip and a row of its table for every count") {
  const std::string svg =
      histogram({"Sizes", "of <all>", "pixels", "samples", 10, 5, {3, 0, 1200}, true, 21});
  CHECK(holds(svg, "<title>10 to 14 pixels: 3 samples</title>"));
  CHECK(holds(svg, "<title>20 and more pixels: 1,200 samples</title>"));
  CHECK(holds(svg, "<tr><td>15 to 19</td><td>0</td></tr>"));
  CHECK(holds(svg, "aria-label=\"Sizes: samples from 10 to 20 and more pixels, median 21.\""));
  CHECK(holds(svg, ">20+</text>"));
  CHECK(holds(svg, "of &lt;all&gt;"));
}

TEST_CASE("a line chart keeps values beyond its axis at the axis's end") {
  const LineChart chart{"Loss", "", "epoch", {"1", "2"}, {{"training", "s0", {9, 0.5}}}, 0, 1, ""};
  const std::string svg = line_chart(chart);
  CHECK(holds(svg, "points=\"46.0,12.0 350.0,84.0 \""));
  CHECK(holds(svg, "<title>epoch 1, training: 9</title>"));
  CHECK(holds(svg, ">0.0</text>"));
  CHECK_FALSE(holds(svg, ">-0.0</text>"));
  CHECK(holds(svg, "aria-label=\"Loss: training ends at 0.5.\""));
}

TEST_CASE("a chart of one point stands in the middle") {
  const std::string svg = line_chart({"A", "", "epoch", {"1"}, {{"x", "s0", {50}}}, 0, 100, " %"});
  CHECK(holds(svg, "points=\"198.0,84.0 \""));
}

}  // namespace signpost
