#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/progress.h"
#include "curate/figures.h"

namespace signpost {
namespace {

constexpr std::array<std::pair<const char*, double>, 5> kQuantiles = {
    {{"min", 0.0}, {"p5", 0.05}, {"median", 0.5}, {"p95", 0.95}, {"max", 1.0}}};
constexpr std::array kMarginNames = {"left", "top", "right", "bottom"};
constexpr int kBars = 32;

std::size_t index(Side side) { return static_cast<std::size_t>(side); }

/// `text` padded or cut to `columns` characters.
std::string fitted(const std::string& text, std::size_t columns) {
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  const auto length = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts));
  if (length <= columns) return text + std::string(columns - length, ' ');
  std::size_t end = 0;
  for (std::size_t kept = 0; end < text.size(); ++end) {
    if (starts(text[end]) && ++kept == columns) break;
  }
  return text.substr(0, end) + "…";
}

/// A column for each side that has samples; the names take what is left of 80 columns.
std::string class_table(const Stats& stats, const Catalogue& catalogue) {
  std::vector<Side> sides;
  for (const Side side : {Side::train, Side::val, Side::test}) {
    if (stats.sides()[index(side)].samples > 0) sides.push_back(side);
  }
  const std::size_t title_columns = 62 - 9 * sides.size();
  std::string text =
      "\n" + fitted("class", title_columns) + fmt::format("{:>8}{:>9}", "groups", "samples");
  for (const Side side : sides) text += fmt::format("{:>9}", name_of(side));
  text += '\n';
  for (const auto& [label, count] : stats.classes()) {
    const std::string number = label ? std::to_string(*label) : "-";
    text += fitted(fmt::format("{:>3}  {}", number, class_title(label, catalogue)), title_columns);
    text += fmt::format("{:>8}{:>9}", grouped(count.groups), grouped(count.samples));
    for (const Side side : sides) text += fmt::format("{:>9}", grouped(count.by_side[index(side)]));
    text += '\n';
  }
  return text;
}

/// The quantiles of several distributions; those of nothing are left out.
std::string quantile_table(const char* title,
                           const std::vector<std::pair<const char*, const Distribution*>>& rows) {
  std::string text;
  for (const auto& [name, distribution] : rows) {
    if (distribution->count() == 0) continue;
    text += fmt::format("{:<22}", name);
    for (const auto& [quantile, q] : kQuantiles)
      text += fmt::format("{:>8}", distribution->quantile(q));
    text += '\n';
  }
  if (text.empty()) return text;
  return fmt::format("\n{:<22}{:>8}{:>8}{:>8}{:>8}{:>8}\n", title, "min", "5 %", "median", "95 %",
                     "max") +
         text;
}

std::string levels_table(const PixelStats& pixels) {
  std::string text = fmt::format("\n{:<10}{:>12}{:>12}{:>10}{:>10}{:>10}\n", "levels", "samples",
                                 "", "red", "green", "blue");
  const auto row = [&](const std::string& title, const PixelStats::Levels& levels) {
    if (levels.count == 0) return;
    text +=
        fmt::format("{:<10}{:>12}{:>12}{:>10.2f}{:>10.2f}{:>10.2f}\n", title, grouped(levels.count),
                    "mean", levels.mean(0), levels.mean(1), levels.mean(2));
    text += fmt::format("{:<22}{:>12}{:>10.2f}{:>10.2f}{:>10.2f}\n", "", "deviation",
                        levels.deviation(0), levels.deviation(1), levels.deviation(2));
  };
  for (const Side side : kListedSides) row(side_title(side), pixels.sides()[index(side)]);
  row("all", pixels.all());
  return text;
}

std::string distribution_json(const Distribution& distribution) {
  std::string text = fmt::format(R"({{"count":{})", distribution.count());
  if (distribution.count() == 0) return text + "}";
  for (const auto& [name, q] : kQuantiles)
    text += fmt::format(R"(,"{}":{})", name, distribution.quantile(q));
  const Distribution::Bins bins = distribution.bins(kBars);
  text += fmt::format(R"(,"bins":{{"low":{},"width":{},"open":{},"counts":[{}]}}}})", bins.low,
                      bins.width, bins.open, fmt::join(bins.counts, ","));
  return text;
}

std::string levels_json(const PixelStats::Levels& levels) {
  std::string text = fmt::format(R"({{"samples":{})", levels.count);
  if (levels.count > 0) {
    const auto list = [&](const char* name, auto value) {
      text += fmt::format(R"(,"{}":[{:.4f},{:.4f},{:.4f}])", name, value(0), value(1), value(2));
    };
    list("mean", [&](std::size_t c) { return levels.mean(c); });
    list("std", [&](std::size_t c) { return levels.deviation(c); });
  }
  return text + "}";
}

std::string pixels_json(const PixelStats& pixels) {
  std::string text = R"(,"levels":{"splits":{)";
  for (const Side side : kListedSides) {
    text += fmt::format(R"({}"{}":{})", side == kListedSides[0] ? "" : ",", side_title(side),
                        levels_json(pixels.sides()[index(side)]));
  }
  text += fmt::format(R"(}},"all":{},"brightness":{},"contrast":{})", levels_json(pixels.all()),
                      distribution_json(pixels.brightness()), distribution_json(pixels.contrast()));
  if (pixels.all().count > 0) {
    text += R"(,"channels":[)";
    const auto shares = pixels.shares();
    for (std::size_t c = 0; c < 3; ++c) {
      text += c == 0 ? "[" : ",[";
      for (std::size_t i = 0; i < kLevelRanges; ++i)
        text += fmt::format("{}{:.5f}", i == 0 ? "" : ",", shares[c][i]);
      text += ']';
    }
    text += ']';
  }
  return text + "}";
}

std::string classes_json(const Figures& figures, const Catalogue& catalogue) {
  std::string text;
  for (const auto& [label, count] : figures.stats.classes()) {
    text += fmt::format(R"({}{{"label":{},"name":)", text.empty() ? "" : ",",
                        label ? std::to_string(*label) : "null");
    append_json_string(text, class_title(label, catalogue));
    text += fmt::format(R"(,"samples":{},"groups":{})", count.samples, count.groups);
    for (const Side side : kListedSides)
      text += fmt::format(R"(,"{}":{})", side_title(side), count.by_side[index(side)]);
    if (count.roi_short.count() > 0)
      text += fmt::format(R"(,"roi_short_median":{})", count.roi_short.quantile(0.5));
    if (figures.pixels) {
      text += fmt::format(R"(,"brightness_median":{})",
                          figures.pixels->brightness_by_class().at(label).quantile(0.5));
    }
    text += '}';
  }
  return text;
}

}  // namespace

std::string stats_table(const Figures& figures, const Catalogue& catalogue) {
  const Stats& stats = figures.stats;
  std::string text = fmt::format("{:<10}{:>12}{:>12}\n", "split", "samples", "groups");
  const auto row = [&text](std::string_view title, const Stats::Count& count) {
    text +=
        fmt::format("{:<10}{:>12}{:>12}\n", title, grouped(count.samples), grouped(count.groups));
  };
  for (const Side side : kListedSides) {
    const Stats::Count& count = stats.sides()[index(side)];
    if (count.samples > 0) row(side_title(side), count);
  }
  row("all", stats.all());

  if (!stats.classes().empty()) text += class_table(stats, catalogue);

  text += quantile_table("pixels", {{"box, shorter side", &stats.roi_short()},
                                    {"image, shorter side", &stats.image_short()},
                                    {"image, longer side", &stats.image_long()}});
  const Distribution sizes = stats.group_sizes();
  text += quantile_table("samples", {{"of a group", &sizes}});
  text += quantile_table("percent", {{"image area in the box", &stats.roi_share()},
                                     {"margin left of it", &stats.margins()[0]},
                                     {"margin above it", &stats.margins()[1]},
                                     {"margin right of it", &stats.margins()[2]},
                                     {"margin below it", &stats.margins()[3]}});
  if (figures.pixels) {
    text += quantile_table("levels", {{"brightness", &figures.pixels->brightness()},
                                      {"contrast", &figures.pixels->contrast()}});
    if (figures.pixels->all().count > 0) text += levels_table(*figures.pixels);
  }
  return text;
}

std::string stats_json(const Figures& figures, const Catalogue& catalogue) {
  const Stats& stats = figures.stats;
  std::string text = fmt::format(R"({{"samples":{},"groups":{},"splits":{{)", stats.all().samples,
                                 stats.all().groups);
  for (const Side side : kListedSides) {
    const Stats::Count& count = stats.sides()[index(side)];
    text +=
        fmt::format(R"({}"{}":{{"samples":{},"groups":{}}})", side == kListedSides[0] ? "" : ",",
                    side_title(side), count.samples, count.groups);
  }
  text += fmt::format(R"(}},"classes":[{}],"group_sizes":{})", classes_json(figures, catalogue),
                      distribution_json(stats.group_sizes()));
  text += fmt::format(R"(,"pixels":{{"roi_short":{},"image_short":{},"image_long":{}}})",
                      distribution_json(stats.roi_short()), distribution_json(stats.image_short()),
                      distribution_json(stats.image_long()));
  text += fmt::format(R"(,"framing":{{"roi_share":{})", distribution_json(stats.roi_share()));
  for (std::size_t i = 0; i < kMarginNames.size(); ++i)
    text +=
        fmt::format(R"(,"margin_{}":{})", kMarginNames[i], distribution_json(stats.margins()[i]));
  text += '}';
  if (figures.pixels) text += pixels_json(*figures.pixels);
  return text + "}";
}

}  // namespace signpost
