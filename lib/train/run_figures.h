#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "curate/evaluation.h"

namespace signpost {

/// What a finished run came to, read from its folder.
struct RunFigures {
  Interval accuracy;  ///< on its validation samples; the interval is over groups
  std::uint64_t validation_samples = 0, validation_groups = 0, train_samples = 0;
  std::uint64_t parameters = 0, weight_bytes = 0;
  int epochs = 0, input_px = 0;
};

/// Throws Error{input} if the run is not finished or damaged.
RunFigures run_figures(const std::filesystem::path& run);

/// Markdown, its columns padded so that it reads as plain text too. The first column is words, the
/// others are numbers. `rows` have as many cells as `head`.
std::string markdown_table(const std::vector<std::string>& head,
                           const std::vector<std::vector<std::string>>& rows);

/// 0.98123 as "98.12", and an interval as "97.00 to 99.10": in percent.
std::string percent_text(double share);
std::string interval_text(const Interval& interval);

}  // namespace signpost
