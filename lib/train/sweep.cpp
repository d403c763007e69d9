#include "train/sweep.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "train/run_figures.h"
#include "train/run_files.h"
#include "train/train_series.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

struct Planned {
  std::vector<SweepRow> rows;
  std::vector<TrainCall> calls;  ///< of all runs, row by row
};

Planned planned(const SweepPlan& plan, const fs::path& manifest) {
  Planned result;
  for (const SweepConfiguration& configuration : plan.configurations) {
    SweepRow row{configuration, {}};
    const auto add = [&](const std::string& name, std::optional<std::uint64_t> seed) {
      std::vector<std::string> words = command_words(configuration.flags);
      if (seed) words.push_back(fmt::format("--seed={}", *seed));
      row.runs.push_back({name, seed, {}, 0, "it was not tried"});
      result.calls.push_back({name, words, manifest});
    };
    for (const std::uint64_t seed : plan.seeds)
      add(fmt::format("{},seed={}", configuration.name, seed), seed);
    if (plan.seeds.empty()) add(configuration.name, std::nullopt);
    result.rows.push_back(std::move(row));
  }
  return result;
}

}  // namespace

std::size_t SweepRow::done() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(runs, [](const SweepRun& run) { return run.problem.empty(); }));
}

Interval SweepRow::mean() const {
  Interval sum;
  for (const SweepRun& run : runs) {
    if (!run.problem.empty()) continue;
    sum.value += run.accuracy.value;
    sum.low += run.accuracy.low;
    sum.high += run.accuracy.high;
  }
  const double count = std::max<double>(1, static_cast<double>(done()));
  return {sum.value / count, sum.low / count, sum.high / count};
}

std::optional<double> SweepRow::spread() const {
  if (done() < 2) return std::nullopt;
  const double middle = mean().value;
  double squares = 0;
  for (const SweepRun& run : runs) {
    if (run.problem.empty()) squares += std::pow(run.accuracy.value - middle, 2);
  }
  return std::sqrt(squares / static_cast<double>(done() - 1));
}

double SweepRow::seconds() const {
  double sum = 0;
  for (const SweepRun& run : runs) sum += run.seconds;
  return sum;
}

SweepResult run_sweep(const SweepOptions& options,
                      const std::function<void(const std::string&)>& words) {
  TrainSeries series({.folder = options.output,
                      .root = options.root,
                      .kind = "sweep",
                      .program = options.program,
                      .jobs = options.jobs,
                      .resume = options.resume,
                      .force = options.force});
  fs::path manifest = options.manifest;
  if (options.manifest == "-") {
    manifest = options.output / "samples.ndjson";
    keep_standard_input(manifest);
  }
  Planned plan = planned(options.plan, manifest);
  series.plan(plan.calls);

  const auto ready = std::ranges::count_if(
      plan.calls, [&](const TrainCall& call) { return series.done(call.name); });
  words(fmt::format("{} of {}{}", counted(plan.calls.size(), "run"),
                    counted(plan.rows.size(), "configuration"),
                    ready > 0 ? fmt::format(", {} done already", ready) : ""));
  SweepResult result;
  std::vector<SweepRun*> runs;
  for (SweepRow& row : plan.rows) {
    for (SweepRun& run : row.runs) runs.push_back(&run);
  }
  series.run_all(
      plan.calls, "sweep", options.progress,
      [&](std::size_t place, const CallEnd& end) -> std::string {
        SweepRun& run = *runs[place];
        run.seconds = end.seconds;
        run.problem = end.problem;
        result.rejects = result.rejects || end.rejects;
        if (!end.done) {
          ++result.failed;
          return {};
        }
        run.accuracy = run_figures(series.run_folder(run.name)).accuracy;
        return percent_text(run.accuracy.value) + " %";
      },
      words);
  result.rows = std::move(plan.rows);
  std::ranges::stable_sort(result.rows, [](const SweepRow& a, const SweepRow& b) {
    if ((a.done() > 0) != (b.done() > 0)) return a.done() > 0;
    return a.mean().value > b.mean().value;
  });
  write_run_file(options.output / "sweep.json", result.json());
  write_run_file(options.output / "sweep.html", result.html());
  return result;
}

}  // namespace signpost
