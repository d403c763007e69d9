#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "curate/evaluation.h"
#include "train/sweep_file.h"

namespace signpost {

struct SweepOptions {
  SweepPlan plan;
  std::string manifest = "-";  ///< standard input is kept as OUTPUT/samples.ndjson
  std::filesystem::path output, root;
  std::string program;  ///< signpost-train's path
  int jobs = 0;
  bool resume = false, force = false;
  ProgressStyle progress = ProgressStyle::automatic;
};

/// One run of a sweep, and what came of it.
struct SweepRun {
  std::string name;  ///< of its folder in the output
  std::optional<std::uint64_t> seed;
  Interval accuracy;
  double seconds = 0;
  std::string problem;  ///< why it is not done; empty if it is
};

/// All seeds of one configuration.
struct SweepRow {
  SweepConfiguration configuration;
  std::vector<SweepRun> runs;

  std::size_t done() const;
  /// The mean over the runs that are done, and the mean of their intervals: of one run, over
  /// tracks.
  Interval mean() const;
  /// Standard deviation over the runs that are done; nothing for less than two.
  std::optional<double> spread() const;
  double seconds() const;  ///< of all runs together
};

struct SweepResult {
  std::vector<SweepRow> rows;  ///< by mean accuracy, the best first; those without one last
  std::size_t failed = 0;      ///< runs
  bool rejects = false;

  /// One line a configuration, for people, as Markdown.
  std::string text() const;
  std::string json() const;
  /// A page for people.
  std::string html() const;
};

/// Trains every configuration with every seed, one after the other, each by a process of its own. A
/// run that fails is told of and does not stop the others; what is done is not repeated. Writes
/// sweep.json and sweep.html into the output. `words` gets a line before the first run and one
/// after each. Throws as TrainSeries does.
SweepResult run_sweep(const SweepOptions& options,
                      const std::function<void(const std::string&)>& words);

}  // namespace signpost
