#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/rejects.h"
#include "curate/evaluation.h"
#include "train/run_figures.h"
#include "train/study_data.h"
#include "train/study_file.h"

namespace signpost {

struct StudyOptions {
  Study study;
  std::string data = "-";  ///< the stream, not cropped
  std::string field;       ///< photographs from the field, or empty
  std::filesystem::path output, root, weights_folder;
  std::string classes = "gtsrb";
  std::vector<std::string> rows;  ///< only these; empty: all
  double fraction = 1;            ///< of each track's frames
  int epochs = 0;                 ///< for every row; 0: what the row says
  std::uint64_t seed = 0;
  int jobs = 0;
  bool yes = false;      ///< start however long it takes
  bool dry_run = false;  ///< say what would be done
  bool force = false;    ///< replace the output; without it, it is gone on with
  std::string program;   ///< signpost-train's path
  ProgressStyle progress = ProgressStyle::automatic;
};

/// A row of the table: what was published, and ours.
struct StudyResultRow {
  StudyRow row;
  bool done = false;
  std::string problem;  ///< why it is left out or failed
  std::uint64_t parameters = 0;
  std::optional<RunFigures> figures;
  std::optional<double> device_ms;  ///< one image in the device's engine, one thread
  std::optional<Interval> field;    ///< accuracy in the field, on the device's engine
  double seconds = 0;
};

struct StudyResult {
  std::string title, source, note;
  double fraction = 1;
  StudySamples::Count train, validation;
  StudySamples::Count field_learned, field_judged;  ///< zero without photographs from the field
  std::vector<StudyResultRow> rows;
  std::size_t failed = 0;
  bool rejects = false;

  /// The table and what belongs to it, as Markdown.
  std::string text() const;
  std::string json() const;
};

/// Trains the rows of a study, one after the other (TrainSeries), measures each and puts the
/// paper's figures beside. What is done is not repeated, an interrupted row goes on, a row that
/// fails costs no other one. A row whose weights are not to be found is left out. Writes into the
/// output
///   samples.ndjson                     the samples that are used
///   learned.ndjson, field.ndjson       the halves of the field, if there is one
///   NAME/                              the runs
///   table.md, table.json
/// Before it starts it measures a few steps of each network and says how long all will take. Throws
/// Error{usage} if that is over kMostSeconds and `yes` is not set. With `dry_run` it says the plan
/// by `words` and returns no rows.
StudyResult run_study(const StudyOptions& options, Rejects& rejects,
                      const std::function<void(const std::string&)>& words);

inline constexpr double kMostSeconds = 2 * 3600;

}  // namespace signpost
