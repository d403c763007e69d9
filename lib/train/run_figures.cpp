#include "train/run_figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"
#include "train/run_folder.h"

namespace signpost {
namespace {

/// Characters, as a terminal counts columns: those that continue one do not count.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

RunFigures run_figures(const std::filesystem::path& run) {
  const RunInfo info = read_run(run);
  const std::filesystem::path weights = run / "weights.safetensors";
  const std::string evaluation = (run / "evaluation.json").string();
  if (!std::filesystem::exists(weights))
    throw Error(Blame::input, run.string() + ": the run is not finished");
  RunFigures figures;
  figures.train_samples = info.train_samples;
  figures.parameters = info.spec().parameter_count();
  figures.weight_bytes = std::filesystem::file_size(weights);
  figures.epochs = info.epochs;
  figures.input_px = info.preprocessing.size;
  try {
    const auto json = nlohmann::json::parse(read_text(evaluation));
    figures.accuracy.value = json.at("accuracy");
    figures.accuracy.low = json.at("accuracy_95").at(0);
    figures.accuracy.high = json.at("accuracy_95").at(1);
    figures.validation_samples = json.at("samples");
    figures.validation_groups = json.at("groups");
  } catch (const nlohmann::json::exception& error) {
    throw Error(Blame::input, evaluation + ": is damaged: " + error.what());
  }
  return figures;
}

std::string markdown_table(const std::vector<std::string>& head,
                           const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < head.size(); ++column) {
    std::size_t width = std::max<std::size_t>(3, width_of(head[column]));
    for (const auto& row : rows) width = std::max(width, width_of(row[column]));
    widths.push_back(width);
  }
  std::string text;
  const auto line = [&](const std::vector<std::string>& cells) {
    for (std::size_t column = 0; column < cells.size(); ++column) {
      const std::string padding(widths[column] - width_of(cells[column]), ' ');
      text += "| ";
      text += column == 0 ? cells[column] + padding : padding + cells[column];
      text += ' ';
    }
    text += "|\n";
  };
  line(head);
  for (std::size_t column = 0; column < head.size(); ++column) {
    text += "| ";
    text += std::string(widths[column] - 1, '-');
    text += column == 0 ? "- " : ": ";
  }
  text += "|\n";
  for (const auto& row : rows) line(row);
  return text;
}

std::string percent_text(double share) { return fmt::format("{:.2f}", 100 * share); }

std::string interval_text(const Interval& interval) {
  return fmt::format("{:.2f} to {:.2f}", 100 * interval.low, 100 * interval.high);
}

}  // namespace signpost
