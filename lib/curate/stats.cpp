#include "curate/stats.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "base/json_text.h"
#include "base/progress.h"
#include "base/random.h"
#include "curate/split.h"

namespace signpost {
namespace {

constexpr std::array<std::pair<const char*, double>, 5> kQuantiles = {
    {{"min", 0.0}, {"p5", 0.05}, {"median", 0.5}, {"p95", 0.95}, {"max", 1.0}}};

/// Sides as they are listed.
constexpr std::array kListed = {Side::train, Side::val, Side::test, Side::none};

std::string side_title(Side side) {
  return side == Side::none ? "none" : std::string(name_of(side));
}

std::string class_name(const std::optional<int>& label, const Catalogue& catalogue) {
  if (!label) return "(no label)";
  const SignClass* sign = catalogue.find(*label);
  return sign ? sign->name : "(not in the catalogue)";
}

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
    if (stats.sides()[static_cast<std::size_t>(side)].samples > 0) sides.push_back(side);
  }
  const std::size_t title_columns = 62 - 9 * sides.size();
  std::string text =
      "\n" + fitted("class", title_columns) + fmt::format("{:>8}{:>9}", "groups", "samples");
  for (const Side side : sides) text += fmt::format("{:>9}", name_of(side));
  text += '\n';
  for (const auto& [label, count] : stats.classes()) {
    const std::string number = label ? std::to_string(*label) : "-";
    text += fitted(fmt::format("{:>3}  {}", number, class_name(label, catalogue)), title_columns);
    text += fmt::format("{:>8}{:>9}", grouped(count.groups), grouped(count.samples));
    for (const Side side : sides)
      text += fmt::format("{:>9}", grouped(count.by_side[static_cast<std::size_t>(side)]));
    text += '\n';
  }
  return text;
}

std::string lengths_row(const char* title, const Lengths& lengths) {
  if (lengths.count() == 0) return {};
  std::string row = fmt::format("{:<22}", title);
  for (const auto& [name, q] : kQuantiles) row += fmt::format("{:>8}", lengths.quantile(q));
  return row + "\n";
}

std::string lengths_json(const Lengths& lengths) {
  std::string text = fmt::format(R"({{"count":{})", lengths.count());
  if (lengths.count() > 0) {
    for (const auto& [name, q] : kQuantiles)
      text += fmt::format(R"(,"{}":{})", name, lengths.quantile(q));
  }
  return text + "}";
}

}  // namespace

int Lengths::quantile(double q) const {
  const auto rank =
      static_cast<std::uint64_t>(std::max(1.0, std::ceil(q * static_cast<double>(total_))));
  std::uint64_t seen = 0;
  for (const auto& [pixels, count] : counts_) {
    seen += count;
    if (seen >= rank) return pixels;
  }
  return counts_.rbegin()->first;
}

void Stats::add(const Sample& sample) {
  const Side side = side_of(sample.split).value_or(Side::none);
  const auto side_index = static_cast<std::size_t>(side);
  ++samples_;
  ++sides_[side_index].samples;
  ClassCount& known = classes_[sample.label];
  ++known.samples;
  ++known.by_side[side_index];

  const std::uint64_t group = stable_hash(group_of(sample));
  const auto paired = [group](std::uint64_t with) { return group ^ (with * 0x9e3779b97f4a7c15u); };
  groups_.insert(group);
  if (side_groups_.insert(paired(side_index)).second) ++sides_[side_index].groups;
  const auto label = static_cast<std::uint64_t>(sample.label.value_or(-1)) + 2;
  if (class_groups_.insert(paired(label)).second) ++known.groups;

  if (sample.roi) roi_short_.add(std::min(sample.roi->width(), sample.roi->height()));
  if (sample.width && sample.height) {
    const auto [small, large] = std::minmax(*sample.width, *sample.height);
    image_short_.add(small);
    image_long_.add(large);
  }
}

std::string stats_table(const Stats& stats, const Catalogue& catalogue) {
  std::string text = fmt::format("{:<10}{:>12}{:>12}\n", "split", "samples", "groups");
  const auto row = [&text](std::string_view title, const Stats::Count& count) {
    text +=
        fmt::format("{:<10}{:>12}{:>12}\n", title, grouped(count.samples), grouped(count.groups));
  };
  for (const Side side : kListed) {
    const Stats::Count& count = stats.sides()[static_cast<std::size_t>(side)];
    if (count.samples > 0) row(side_title(side), count);
  }
  row("all", stats.all());

  if (!stats.classes().empty()) text += class_table(stats, catalogue);

  const std::string sides = lengths_row("box, shorter side", stats.roi_short()) +
                            lengths_row("image, shorter side", stats.image_short()) +
                            lengths_row("image, longer side", stats.image_long());
  if (!sides.empty()) {
    text += fmt::format("\n{:<22}{:>8}{:>8}{:>8}{:>8}{:>8}\n", "pixels", "min", "5 %", "median",
                        "95 %", "max");
    text += sides;
  }
  return text;
}

std::string stats_json(const Stats& stats, const Catalogue& catalogue) {
  std::string text = fmt::format(R"({{"samples":{},"groups":{},"splits":{{)", stats.all().samples,
                                 stats.all().groups);
  for (const Side side : kListed) {
    const Stats::Count& count = stats.sides()[static_cast<std::size_t>(side)];
    text += fmt::format(R"({}"{}":{{"samples":{},"groups":{}}})", side == kListed[0] ? "" : ",",
                        side_title(side), count.samples, count.groups);
  }
  text += R"(},"classes":[)";
  const char* separator = "";
  for (const auto& [label, count] : stats.classes()) {
    text += fmt::format(R"({}{{"label":{},"name":)", separator,
                        label ? std::to_string(*label) : "null");
    append_json_string(text, class_name(label, catalogue));
    text += fmt::format(R"(,"samples":{},"groups":{})", count.samples, count.groups);
    for (const Side side : kListed) {
      text += fmt::format(R"(,"{}":{})", side_title(side),
                          count.by_side[static_cast<std::size_t>(side)]);
    }
    text += '}';
    separator = ",";
  }
  text += fmt::format(R"(],"pixels":{{"roi_short":{},"image_short":{},"image_long":{}}}}})",
                      lengths_json(stats.roi_short()), lengths_json(stats.image_short()),
                      lengths_json(stats.image_long()));
  return text;
}

}  // namespace signpost
