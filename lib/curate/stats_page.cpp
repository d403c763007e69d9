#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/html.h"
#include "base/plot.h"
#include "base/progress.h"
#include "codecs/decode.h"
#include "codecs/jpeg.h"
#include "curate/figures.h"

namespace signpost {
namespace {

constexpr int kBars = 32;
constexpr int kDark = 40;  // mean luma of a picture that people call dark
constexpr int kJpegQuality = 82;

struct SideLook {
  Side side;
  const char* colour;
};
constexpr std::array kLooks = {SideLook{Side::train, "s0"}, SideLook{Side::val, "s1"},
                               SideLook{Side::test, "s2"}, SideLook{Side::none, "s3"}};

std::size_t index(Side side) { return static_cast<std::size_t>(side); }

std::string side_name(Side side) { return side == Side::none ? "no split" : side_title(side); }

std::string percent(double part, double whole) {
  return whole > 0 ? fmt::format("{:.1f} %", 100 * part / whole) : "";
}

std::string plot_of(const char* title, std::string note, const char* axis, const char* noun,
                    const Distribution& distribution) {
  if (distribution.count() == 0) return {};
  const Distribution::Bins bins = distribution.bins(kBars);
  return histogram({title, std::move(note), axis, noun, bins.low, bins.width, bins.counts,
                    bins.open, distribution.quantile(0.5)});
}

std::string label_text(const std::optional<int>& label) {
  return label ? std::to_string(*label) : "–";
}

std::string head_of(const Figures& figures, const Catalogue& catalogue) {
  const Stats& stats = figures.stats;
  std::uint64_t known = 0, most = 0, fewest = ~std::uint64_t{0};
  for (const auto& [label, count] : stats.classes()) {
    if (!label) continue;
    ++known;
    most = std::max(most, count.samples);
    fewest = std::min(fewest, count.samples);
  }
  std::string html = "<dl class=\"figures\">";
  html += html_figure("samples", grouped(stats.all().samples));
  html += html_figure("groups", grouped(stats.all().groups), "physical signs or passages");
  html += html_figure("classes", grouped(known),
                      fmt::format("of {} in the catalogue", catalogue.classes().size()));
  if (known > 1) {
    html += html_figure(
        "imbalance",
        fmt::format("{:.1f} : 1", static_cast<double>(most) / static_cast<double>(fewest)),
        "largest class to smallest");
  }
  if (stats.roi_short().count() > 0) {
    html += html_figure("sign, median", fmt::format("{} px", stats.roi_short().quantile(0.5)),
                        "shorter side of the box");
  }
  if (figures.pixels && figures.pixels->all().count > 0) {
    html +=
        html_figure("dark pictures",
                    fmt::format("{:.1f} %", 100 * figures.pixels->brightness().share_below(kDark)),
                    fmt::format("mean luma under {} of 255", kDark));
  }
  return html + "</dl>\n";
}

/// One bar cut into the sides' shares.
std::string share_bar(const std::array<std::uint64_t, 4>& by_side, double full) {
  std::string html = "<span class=\"bar\" aria-hidden=\"true\">";
  for (const SideLook& look : kLooks) {
    const std::uint64_t count = by_side[index(look.side)];
    if (count > 0) {
      html += fmt::format("<i class=\"{}\" style=\"width:{:.2f}%\"></i>", look.colour,
                          100 * static_cast<double>(count) / full);
    }
  }
  return html + "</span>";
}

std::string key_of(const Stats& stats) {
  std::string html = "<div class=\"key\">";
  for (const SideLook& look : kLooks) {
    if (stats.sides()[index(look.side)].samples > 0)
      html += fmt::format("<span><i class=\"{}\"></i>{}</span>", look.colour, side_name(look.side));
  }
  return html + "</div>\n";
}

std::string splits_of(const Stats& stats) {
  std::array<std::uint64_t, 4> samples{};
  for (const SideLook& look : kLooks)
    samples[index(look.side)] = stats.sides()[index(look.side)].samples;
  const auto all = static_cast<double>(stats.all().samples);
  std::string html = "<h2>Splits</h2>\n" + share_bar(samples, all) + key_of(stats) +
                     "<div class=\"wide\"><table><thead><tr><th class=\"name\">split</th><th>"
                     "samples</th><th>share</th><th>groups</th></tr></thead><tbody>\n";
  for (const SideLook& look : kLooks) {
    const Stats::Count& count = stats.sides()[index(look.side)];
    if (count.samples == 0) continue;
    html += fmt::format("<tr><td class=\"name\">{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                        side_name(look.side), grouped(count.samples),
                        percent(static_cast<double>(count.samples), all), grouped(count.groups));
  }
  return html + "</tbody></table></div>\n";
}

std::string classes_of(const Figures& figures, const Catalogue& catalogue) {
  const Stats& stats = figures.stats;
  std::uint64_t most = 1;
  bool boxes = false;
  for (const auto& [label, count] : stats.classes()) {
    most = std::max(most, count.samples);
    boxes = boxes || count.roi_short.count() > 0;
  }
  std::string html =
      "<h2>Classes</h2>\n" + key_of(stats) +
      "<table class=\"classes\"><thead><tr><th>id</th><th class=\"name\">class, and its samples by "
      "split</th><th>samples</th><th>groups</th>";
  if (boxes)
    html += "<th class=\"extra\"><abbr title=\"median of the box's shorter side\">px</abbr></th>";
  if (figures.pixels)
    html += "<th class=\"extra\"><abbr title=\"median brightness, 0 to 255\">luma</abbr></th>";
  html += "</tr></thead><tbody>\n";
  for (const auto& [label, count] : stats.classes()) {
    html += fmt::format(
        "<tr><td>{}</td><td class=\"name\"><div class=\"row\"><span "
        "class=\"title\">{}</span>{}</div></td><td>{}</td>"
        "<td>{}</td>",
        label_text(label), escaped_html(class_title(label, catalogue)),
        share_bar(count.by_side, static_cast<double>(most)), grouped(count.samples),
        grouped(count.groups));
    if (boxes) {
      const std::string median = count.roi_short.count() > 0
                                     ? std::to_string(count.roi_short.quantile(0.5))
                                     : std::string();
      html += fmt::format("<td class=\"extra\">{}</td>", median);
    }
    if (figures.pixels) {
      html += fmt::format("<td class=\"extra\">{}</td>",
                          figures.pixels->brightness_by_class().at(label).quantile(0.5));
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table>\n";
}

std::string image_tag(const Image& image, const std::string& words) {
  return fmt::format("<img src=\"{}\" width=\"{}\" height=\"{}\" alt=\"{}\">",
                     data_uri("image/jpeg", encode_jpeg(image, kJpegQuality)), image.width,
                     image.height, words);
}

std::string pictures_of(const Figures& figures, const Catalogue& catalogue,
                        const Renderer& renderer) {
  std::string html =
      "<h2>Pictures</h2>\n<p class=\"sub\">First the mean of all pictures of the class, then some "
      "drawn at random, each from another group. A mean that is not sharp has boxes that are not "
      "alike, or labels that are wrong.</p>\n<div class=\"strips\">\n";
  for (const auto& [label, count] : figures.stats.classes()) {
    const Image strip = figures.pictures->strip(label, renderer);
    const std::string title =
        fmt::format("{} {}", label_text(label), escaped_html(class_title(label, catalogue)));
    html +=
        "<figure><div class=\"strip\">" +
        image_tag(figures.pictures->mean(label), title + ", mean picture") +
        image_tag(strip, fmt::format("{}, {} samples", title, strip.width / ClassPictures::kSide)) +
        "</div><figcaption>" + title + "</figcaption></figure>\n";
  }
  return html + "</div>\n";
}

std::string tracks_of(const Stats& stats) {
  Distribution groups_of_class;
  for (const auto& [label, count] : stats.classes()) {
    if (label) groups_of_class.add(static_cast<int>(count.groups));
  }
  std::string html = "<h2>Tracks</h2>\n<div class=\"plots\">\n";
  html += plot_of("Samples of each group",
                  "Frames of one physical sign. Near-copies: a split must not cut "
                  "through them.",
                  "samples", "groups", stats.group_sizes());
  html += plot_of("Groups of each class", "How many different signs a class is learned from.",
                  "groups", "classes", groups_of_class);
  return html + "</div>\n";
}

std::string sizes_of(const Stats& stats) {
  std::string html = plot_of("Box, shorter side", {}, "pixels", "samples", stats.roi_short()) +
                     plot_of("Image, shorter side", {}, "pixels", "samples", stats.image_short()) +
                     plot_of("Image, longer side", {}, "pixels", "samples", stats.image_long());
  if (html.empty()) return html;
  return "<h2>Sizes</h2>\n<div class=\"plots\">\n" + html + "</div>\n";
}

std::string framing_of(const Stats& stats) {
  if (stats.roi_share().count() == 0) return {};
  constexpr std::array kNames = {"left", "above", "right", "below"};
  std::string html =
      "<h2>Framing</h2>\n<div class=\"plots\">\n" +
      plot_of("Share of the image inside the box", {}, "percent", "samples", stats.roi_share()) +
      "<figure class=\"plot\"><figcaption>Margin around the box<small>In percent of the box's own "
      "width or height. Sides that differ mean boxes that sit askew.</small></figcaption>"
      "<div class=\"wide\"><table><thead><tr><th class=\"name\">side</th><th>5 %</th><th>median"
      "</th><th>95 %</th><th>max</th></tr></thead><tbody>\n";
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    const Distribution& margin = stats.margins()[i];
    html += fmt::format(
        "<tr><td class=\"name\">{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
        kNames[i], margin.quantile(0.05), margin.quantile(0.5), margin.quantile(0.95),
        margin.quantile(1));
  }
  return html + "</tbody></table></div></figure>\n</div>\n";
}

std::string channel_chart(const PixelStats& pixels) {
  LineChart chart{"Levels of the channels",
                  "How often each level occurs. A peak at either end is a picture without detail.",
                  "level",
                  {},
                  {{"red", "red", {}}, {"green", "green", {}}, {"blue", "blue", {}}},
                  0,
                  1,
                  " %",
                  8};
  const auto shares = pixels.shares();
  double most = 0;
  for (std::size_t i = 0; i < kLevelRanges; ++i) {
    chart.points.push_back(std::to_string(i * 256 / kLevelRanges));
    for (std::size_t c = 0; c < 3; ++c) {
      chart.curves[c].values.push_back(100 * shares[c][i]);
      most = std::max(most, 100 * shares[c][i]);
    }
  }
  const double step = round_step(most / 5);
  chart.high = std::ceil(most / step) * step;
  return line_chart(chart);
}

std::string levels_row(const std::string& title, const PixelStats::Levels& levels,
                       const Distribution& brightness) {
  if (levels.count == 0) return {};
  std::string html = fmt::format("<tr><td class=\"name\">{}</td>", title);
  for (std::size_t c = 0; c < 3; ++c)
    html += fmt::format("<td>{:.1f} ± {:.1f}</td>", levels.mean(c), levels.deviation(c));
  return html + fmt::format("<td>{}</td><td>{:.1f} %</td></tr>\n", brightness.quantile(0.5),
                            100 * brightness.share_below(kDark));
}

std::string light_of(const PixelStats& pixels) {
  if (pixels.all().count == 0) return {};
  std::string html =
      "<h2>Light and colour</h2>\n<p class=\"sub\">Of the pixels that a network is shown: what a "
      "sample's operations make of it, or its box in the stored image where it has none. Each "
      "sample weighs the same.</p>\n<div class=\"plots\">\n";
  html += plot_of("Brightness", "Mean luma (BT.601) of a picture, 0 to 255.", "luma", "samples",
                  pixels.brightness());
  html += plot_of("Contrast", "Standard deviation of the luma within a picture.", "luma", "samples",
                  pixels.contrast());
  html += channel_chart(pixels) + "</div>\n";
  html +=
      "<div class=\"wide\"><table><thead><tr><th class=\"name\">mean ± standard deviation</th><th>"
      "red</th><th>green</th><th>blue</th><th>luma, median</th><th>dark</th></tr></thead><tbody>\n";
  for (const SideLook& look : kLooks) {
    html += levels_row(side_name(look.side), pixels.sides()[index(look.side)],
                       pixels.brightness_by_side()[index(look.side)]);
  }
  html += levels_row("all", pixels.all(), pixels.brightness()) + "</tbody></table></div>\n";
  const PixelStats::Levels& all = pixels.all();
  html += fmt::format(
      "<p>For a network's input scaled to [0, 1]: <code>mean = [{:.4f}, {:.4f}, {:.4f}]</code>, "
      "<code>std = [{:.4f}, {:.4f}, {:.4f}]</code>.</p>\n",
      all.mean(0) / 255, all.mean(1) / 255, all.mean(2) / 255, all.deviation(0) / 255,
      all.deviation(1) / 255, all.deviation(2) / 255);
  return html;
}

/// What this page has and other reports have not.
constexpr std::string_view kStyle = R"(table.classes{width:100%}table.classes td.name{width:100%}
.title{display:block}.classes .bar{background:none;height:.55rem;margin:.1rem 0 .25rem}
.extra abbr{text-decoration:none}
.strips{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:1rem 1.2rem}
.strip{display:flex;gap:.4rem}.strip img{display:block;border-radius:6px}
.strip img:last-child{flex:0 1 auto;min-width:0;width:auto;height:48px;object-fit:cover;object-position:left}
.strips figcaption{font-weight:400;font-size:.9rem;margin:.2rem 0 0}
@media(min-width:50rem){.row{display:flex;gap:1rem;align-items:center}.title{flex:0 0 23rem}
.classes .bar{flex:1;height:.8rem;margin:0}.row{min-height:1.5rem}}
@media(max-width:34rem){.extra{display:none}td,th{padding:.2rem .4rem}}
)";

}  // namespace

std::string stats_page(const Figures& figures, const Catalogue& catalogue,
                       const std::string& source, const Renderer* renderer) {
  const Stats& stats = figures.stats;
  std::string html = "<h1>" + escaped_html(source) + "</h1>\n";
  if (stats.all().samples == 0) {
    return html_page(source, html + "<p>The stream has no samples.</p>\n", kStyle);
  }
  html += head_of(figures, catalogue) + splits_of(stats) + classes_of(figures, catalogue);
  if (figures.pictures && renderer) html += pictures_of(figures, catalogue, *renderer);
  html += tracks_of(stats) + sizes_of(stats) + framing_of(stats);
  if (figures.pixels) html += light_of(*figures.pixels);
  return html_page(source, html, kStyle);
}

}  // namespace signpost
