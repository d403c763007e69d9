#pragma once

#include <functional>
#include <string>
#include <vector>

#include "train/study.h"

namespace signpost {

/// The rows that are asked for, with the options that hold for all of them: classes of the network,
/// epochs. Throws Error{usage} for a row that there is not.
std::vector<StudyRow> chosen_rows(const StudyOptions& options);

/// What a row starts from, as --weights takes it: its name, or its folder's file. Empty if it
/// starts from scratch. Throws Error{usage} if none of its weights is to be found.
std::string starting_point(const StudyRow& row, const StudyOptions& options);

/// How long rows take, and what would take some 20 minutes.
struct StudyEstimate {
  struct Row {
    std::string name;
    double seconds = 0;
    std::uint64_t parameters = 0;
    double memory_bytes = 0;  ///< of the pixels that training holds
  };
  std::vector<Row> rows;  ///< of those that are not done
  double seconds() const;
  /// "--fraction 0.05 --epochs 2 takes about 20 min"; empty where all is short.
  std::string shorter;
};

/// Measures a few steps of each row's network. `learned` is what the field adds to the training
/// samples of rows that learn from it.
StudyEstimate estimate(const std::vector<StudyRow>& rows, const StudySamples& samples,
                       std::uint64_t learned, const StudyOptions& options);

}  // namespace signpost
