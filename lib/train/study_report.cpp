#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/progress.h"
#include "train/study.h"

namespace signpost {
namespace {

constexpr const char* kNothing = "–";
constexpr double kMiB = 1 << 20;

template <typename Value>
std::string shown(const char* format, const std::optional<Value>& value) {
  return value ? fmt::format(fmt::runtime(format), *value) : kNothing;
}

std::vector<std::string> cells_of(const StudyResultRow& row, bool with_field) {
  const PaperFigures& paper = row.row.paper;
  const std::optional<RunFigures>& ours = row.figures;
  std::vector<std::string> cells = {
      row.row.title,
      shown("{:.2f}", paper.parameters_millions),
      fmt::format("{:.2f}", static_cast<double>(row.parameters) / 1e6),
      shown("{:.2f}", paper.size_mb),
      ours ? fmt::format("{:.2f}", static_cast<double>(ours->weight_bytes) / kMiB) : kNothing,
      shown("{:.2f}", paper.accuracy_percent),
      ours ? percent_text(ours->accuracy.value) : kNothing,
      ours ? interval_text(ours->accuracy) : kNothing};
  if (with_field) {
    cells.push_back(shown("{:.2f}", paper.field_percent));
    cells.push_back(row.field ? percent_text(row.field->value) : kNothing);
    cells.push_back(row.field ? interval_text(*row.field) : kNothing);
  }
  cells.push_back(shown("{:.2f}", row.device_ms));
  cells.push_back(row.done ? clock_text(row.seconds) : kNothing);
  return cells;
}

bool has_field(const StudyResult& result) { return result.field_judged.samples > 0; }

void put(nlohmann::ordered_json& json, const char* key, const std::optional<double>& value) {
  if (value) json[key] = *value;
}

nlohmann::ordered_json row_json(const StudyResultRow& row) {
  const PaperFigures& paper = row.row.paper;
  nlohmann::ordered_json published = nlohmann::ordered_json::object();
  put(published, "parameters_millions", paper.parameters_millions);
  put(published, "size_mb", paper.size_mb);
  put(published, "accuracy_percent", paper.accuracy_percent);
  put(published, "field_percent", paper.field_percent);
  if (!paper.source.empty()) published["source"] = paper.source;
  nlohmann::ordered_json ours = {{"parameters", row.parameters}};
  if (row.figures) {
    ours["weight_bytes"] = row.figures->weight_bytes;
    ours["accuracy"] = row.figures->accuracy.value;
    ours["accuracy_95"] = {row.figures->accuracy.low, row.figures->accuracy.high};
    ours["validation_samples"] = row.figures->validation_samples;
    ours["validation_groups"] = row.figures->validation_groups;
    ours["train_samples"] = row.figures->train_samples;
    ours["epochs"] = row.figures->epochs;
    ours["image_px"] = row.figures->input_px;
    ours["seconds"] = std::round(10 * row.seconds) / 10;
  }
  if (row.field) {
    ours["field_accuracy"] = row.field->value;
    ours["field_accuracy_95"] = {row.field->low, row.field->high};
  }
  if (row.device_ms) ours["device_ms"] = std::round(1000 * *row.device_ms) / 1000;
  nlohmann::ordered_json json = {
      {"name", row.row.name}, {"title", row.row.title}, {"paper", published}, {"ours", ours}};
  if (!row.problem.empty()) json["problem"] = row.problem;
  return json;
}

}  // namespace

std::string StudyResult::text() const {
  std::vector<std::string> head = {title,  "M, paper", "ours", "MiB, paper",
                                   "ours", "%, paper", "ours", "95 % interval"};
  if (has_field(*this)) {
    for (const char* cell : {"field %, paper", "ours", "95 % interval"}) head.emplace_back(cell);
  }
  head.emplace_back("device, ms");
  head.emplace_back("time");
  std::vector<std::vector<std::string>> cells;
  for (const StudyResultRow& row : rows) cells.push_back(cells_of(row, has_field(*this)));
  std::string text = markdown_table(head, cells);
  text += fmt::format(
      "\nM: millions of parameters. MiB: of weights, in float32. %: accuracy; ours on {} "
      "validation "
      "images of {} tracks that were not trained on, with an interval over tracks.\n",
      grouped(validation.samples), grouped(validation.groups));
  if (fraction < 1)
    text += fmt::format("Of each track's frames a share of {:g} was used.\n", fraction);
  if (has_field(*this)) {
    text += fmt::format("Field: {} photographs of {} signs, which no row was trained on.\n",
                        grouped(field_judged.samples), grouped(field_judged.groups));
  }
  for (const StudyResultRow& row : rows) {
    if (!row.row.paper.source.empty())
      text += fmt::format("{}: {}.\n", row.row.title, row.row.paper.source);
  }
  for (const StudyResultRow& row : rows) {
    if (!row.problem.empty())
      text += fmt::format("{} is not done: {}.\n", row.row.title, row.problem);
  }
  if (!source.empty()) text += fmt::format("Paper: {}.\n", source);
  return text;
}

std::string StudyResult::json() const {
  nlohmann::ordered_json json = {
      {"format", 1},
      {"title", title},
      {"source", source},
      {"note", note},
      {"fraction", fraction},
      {"train", {{"samples", train.samples}, {"groups", train.groups}}},
      {"validation", {{"samples", validation.samples}, {"groups", validation.groups}}}};
  if (has_field(*this)) {
    json["field"] = {{"learned_samples", field_learned.samples},
                     {"samples", field_judged.samples},
                     {"groups", field_judged.groups}};
  }
  json["rows"] = nlohmann::ordered_json::array();
  for (const StudyResultRow& row : rows) json["rows"].push_back(row_json(row));
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace signpost
