#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/html.h"
#include "base/progress.h"
#include "train/run_figures.h"
#include "train/sweep.h"

namespace signpost {
namespace {

constexpr const char* kNothing = "–";

std::string runs_text(const SweepRow& row) {
  return row.done() == row.runs.size() ? std::to_string(row.runs.size())
                                       : fmt::format("{} of {}", row.done(), row.runs.size());
}

std::vector<std::string> cells_of(const SweepRow& row) {
  const bool any = row.done() > 0;
  const std::optional<double> spread = row.spread();
  return {row.configuration.name,
          runs_text(row),
          any ? percent_text(row.mean().value) : kNothing,
          any ? interval_text(row.mean()) : kNothing,
          spread ? percent_text(*spread) : kNothing,
          clock_text(row.seconds())};
}

/// A number where the text is one.
nlohmann::ordered_json value_json(const std::string& text) {
  const auto number = nlohmann::ordered_json::parse(text, nullptr, false);
  return number.is_number() ? number : nlohmann::ordered_json(text);
}

nlohmann::ordered_json values_json(const FlagValue& flag) {
  if (flag.values.empty()) return true;
  if (flag.values.size() == 1) return value_json(flag.values.front());
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const std::string& value : flag.values) list.push_back(value_json(value));
  return list;
}

/// The mean as a mark in its interval, on one scale for all rows.
std::string strip(const Interval& interval, double low) {
  constexpr double kWidth = 220;
  const auto at = [&](double share) { return kWidth * (share - low) / std::max(1e-9, 1 - low); };
  return fmt::format(
      R"(<svg viewBox="0 0 {0} 14" width="{0}" height="14" role="img" aria-label="{1}"><rect x="{2:.1f}" y="5" width="{3:.1f}" height="4" class="s0" fill-opacity="0.35"/><rect x="{4:.1f}" y="1" width="3" height="12" class="s0"/></svg>)",
      static_cast<int>(kWidth), escaped_html(interval_text(interval) + " %"), at(interval.low),
      at(interval.high) - at(interval.low), std::min(at(interval.value), kWidth - 3));
}

}  // namespace

std::string SweepResult::text() const {
  std::vector<std::vector<std::string>> cells;
  for (const SweepRow& row : rows) cells.push_back(cells_of(row));
  return markdown_table({"configuration", "runs", "accuracy, %", "95 % interval", "spread", "time"},
                        cells);
}

std::string SweepResult::json() const {
  nlohmann::ordered_json json = {
      {"format", 1}, {"failed", failed}, {"configurations", nlohmann::ordered_json::array()}};
  for (const SweepRow& row : rows) {
    nlohmann::ordered_json one = {{"name", row.configuration.name},
                                  {"flags", nlohmann::ordered_json::object()}};
    for (const FlagValue& flag : row.configuration.flags)
      one["flags"][flag.name] = values_json(flag);
    if (row.done() > 0) {
      const Interval mean = row.mean();
      one["accuracy"] = mean.value;
      one["accuracy_95"] = {mean.low, mean.high};
    }
    if (const std::optional<double> spread = row.spread()) one["spread"] = *spread;
    for (const SweepRun& run : row.runs) {
      nlohmann::ordered_json each = {{"run", run.name}};
      if (run.seed) each["seed"] = *run.seed;
      each["seconds"] = std::round(10 * run.seconds) / 10;
      if (run.problem.empty()) {
        each["accuracy"] = run.accuracy.value;
        each["accuracy_95"] = {run.accuracy.low, run.accuracy.high};
      } else {
        each["problem"] = run.problem;
      }
      one["runs"].push_back(std::move(each));
    }
    json["configurations"].push_back(std::move(one));
  }
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string SweepResult::html() const {
  double low = 1;
  for (const SweepRow& row : rows) {
    if (row.done() > 0) low = std::min(low, row.mean().low);
  }
  low = std::floor(low * 100) / 100;
  std::string body = fmt::format(
      "<h1>Sweep</h1><p class=\"sub\">Accuracy on the validation samples, the best first. The "
      "interval is over tracks, of one run; the spread is the standard deviation over seeds. The "
      "strips begin at {:.0f} %.</p><div class=\"wide\"><table><thead><tr><th "
      "class=\"name\">configuration</th><th>runs</th><th>accuracy, %</th><th>95 % "
      "interval</th><th></th><th>spread</th><th>time</th></tr></thead><tbody>\n",
      100 * low);
  for (const SweepRow& row : rows) {
    const std::vector<std::string> cells = cells_of(row);
    body += fmt::format("<tr><td class=\"name\">{}</td>", escaped_html(cells[0]));
    for (std::size_t i = 1; i < cells.size(); ++i) {
      body += fmt::format("<td>{}</td>", cells[i]);
      if (i == 3) body += "<td>" + (row.done() > 0 ? strip(row.mean(), low) : "") + "</td>";
    }
    body += "</tr>\n";
  }
  body += "</tbody></table></div>\n";
  if (failed > 0) body += "<h2>Not done</h2><ul>\n";
  for (const SweepRow& row : rows) {
    for (const SweepRun& run : row.runs) {
      if (!run.problem.empty()) {
        body += fmt::format("<li>{}: {}</li>\n", escaped_html(run.name), escaped_html(run.problem));
      }
    }
  }
  if (failed > 0) body += "</ul>\n";
  return html_page("Sweep", body);
}

}  // namespace signpost
