#include "train/study.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "train/run_engine.h"
#include "train/run_files.h"
#include "train/step_cost.h"
#include "train/study_plan.h"
#include "train/train_series.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;
using Words = std::function<void(const std::string&)>;

constexpr double kGiB = 1 << 30;

bool is_done(const StudyOptions& options, const StudyRow& row) {
  return !options.force && fs::exists(options.output / row.name / "weights.safetensors");
}

double machine_memory() {
  return static_cast<double>(::sysconf(_SC_PHYS_PAGES)) *
         static_cast<double>(::sysconf(_SC_PAGESIZE));
}

/// Says how long it will take and refuses what is too long.
void say_estimate(const StudyEstimate& estimate, const StudyOptions& options, const Words& words) {
  for (const StudyEstimate::Row& row : estimate.rows) {
    words(fmt::format("{}: {} parameters, {}", row.name, grouped(row.parameters),
                      about(row.seconds)));
    if (row.memory_bytes > 0.7 * machine_memory()) {
      words(
          fmt::format("{}: its images take {:.0f} GB of memory, of {:.0f}; try a smaller "
                      "--fraction",
                      row.name, row.memory_bytes / kGiB, machine_memory() / kGiB));
    }
  }
  if (estimate.rows.empty()) return;
  std::string text = about(estimate.seconds()) + " on this machine";
  if (!estimate.shorter.empty()) text += "; " + estimate.shorter;
  if (estimate.seconds() > kMostSeconds && !options.yes && !options.dry_run) {
    throw Error(Blame::usage, text +
                                  ". At full size a study is for a GPU or for a night: --yes "
                                  "starts it all the same");
  }
  words(text);
}

std::vector<std::string> arguments_of(const StudyRow& row, const StudyOptions& options) {
  std::vector<std::string> words = command_words(row.flags);
  const std::string start = starting_point(row, options);
  if (!start.empty()) words.push_back("--weights=" + start);
  if (!row.weights.empty() && !options.weights_folder.empty())
    words.push_back("--weights-folder=" + options.weights_folder.string());
  words.push_back("--classes=" + options.classes);
  words.push_back(fmt::format("--seed={}", options.seed));
  return words;
}

/// Everything that is measured of a finished row.
void measure_row(StudyResultRow& result, const fs::path& run, const fs::path& field,
                 const StudyOptions& options, Rejects& rejects) {
  result.figures = run_figures(run);
  const Predictor predictor = engine_predictor(run);
  result.device_ms = device_milliseconds(predictor);
  if (field.empty()) return;
  MeasureOptions measuring;
  measuring.manifest = field.string();
  measuring.root = options.root;
  measuring.jobs = options.jobs;
  Progress progress("field", "images", 0, ProgressStyle::none);
  result.field = measure(predictor, measuring, rejects, progress).accuracy_by_group();
}

std::string figures_text(const StudyResultRow& row) {
  std::string text = percent_text(row.figures->accuracy.value) + " %";
  if (row.field) text += fmt::format(", {} % in the field", percent_text(row.field->value));
  return text;
}

}  // namespace

StudyResult run_study(const StudyOptions& options, Rejects& rejects, const Words& words) {
  StudyResult result;
  result.title = options.study.title;
  result.source = options.study.source;
  result.note = options.study.note;
  result.fraction = options.fraction;
  std::vector<StudyRow> left;  // to be trained
  for (StudyRow& row : chosen_rows(options)) {
    StudyResultRow one;
    one.row = std::move(row);
    one.parameters = make_network(one.row.network).parameter_count();
    try {
      starting_point(one.row, options);
    } catch (const Error& error) {
      one.problem = error.what();
    }
    for (const StudyResultRow& other : result.rows) {
      if (other.row.name == one.row.from && !other.problem.empty())
        one.problem = fmt::format("starts from {}, which is left out", one.row.from);
    }
    if (one.row.with_field && options.field.empty()) {
      throw Error(Blame::usage, fmt::format("{} learns from photographs of the field; give --field "
                                            "MANIFEST",
                                            one.row.name));
    }
    if (!one.problem.empty() && !options.rows.empty())
      throw Error(Blame::usage, fmt::format("{}: {}", one.row.name, one.problem));
    if (!one.problem.empty()) words(fmt::format("{} is left out: {}", one.row.name, one.problem));
    if (one.problem.empty()) left.push_back(one.row);
    result.rows.push_back(std::move(one));
  }
  if (left.empty())
    throw Error(Blame::usage, options.study.name + ": no row can be trained with what is given");

  StudySamples samples(options.data, options.fraction, options.seed, rejects);
  result.train = samples.train();
  result.validation = samples.validation();
  words(fmt::format("{} training samples of {} tracks, {} validation samples of {} tracks{}",
                    grouped(result.train.samples), grouped(result.train.groups),
                    grouped(result.validation.samples), grouped(result.validation.groups),
                    options.fraction < 1 ? fmt::format(": {:g} of each track", options.fraction)
                                         : std::string()));
  std::optional<FieldSamples> field;
  if (!options.field.empty()) {
    field.emplace(options.field, options.seed, rejects);
    result.field_learned = field->learned();
    result.field_judged = field->judged();
  }
  std::vector<StudyRow> waiting;
  for (const StudyRow& row : left) {
    if (!is_done(options, row)) waiting.push_back(row);
  }
  say_estimate(estimate(waiting, samples, result.field_learned.samples, options), options, words);
  if (options.dry_run) {
    result.rows.clear();
    return result;
  }

  TrainSeries series({.folder = options.output,
                      .root = options.root,
                      .kind = "study",
                      .program = options.program,
                      .jobs = options.jobs,
                      .resume = true,
                      .force = options.force});
  const fs::path base = options.output / "samples.ndjson";
  samples.write(base);
  const fs::path with_field = options.output / "learned.ndjson";
  fs::path judged;
  if (field) {
    judged = options.output / "field.ndjson";
    field->write(base, options.study.needs_field() ? with_field : fs::path(), judged);
  }
  std::vector<TrainCall> calls;
  std::vector<StudyResultRow*> trained;
  for (StudyResultRow& row : result.rows) {
    if (!row.problem.empty()) continue;
    calls.push_back(
        {row.row.name, arguments_of(row.row, options), row.row.with_field ? with_field : base});
    trained.push_back(&row);
  }
  series.plan(calls);
  series.run_all(
      calls, "study", options.progress,
      [&](std::size_t place, const CallEnd& end) -> std::string {
        StudyResultRow& row = *trained[place];
        row.done = end.done;
        row.problem = end.problem;
        row.seconds = end.seconds;
        result.rejects = result.rejects || end.rejects;
        if (!end.done) {
          ++result.failed;
          return {};
        }
        try {
          measure_row(row, series.run_folder(row.row.name), judged, options, rejects);
        } catch (const Error& error) {
          row.problem = error.what();
          ++result.failed;
          return fmt::format("trained, but cannot be measured ({})", row.problem);
        }
        return figures_text(row);
      },
      words);
  write_run_file(options.output / "table.md", result.text());
  write_run_file(options.output / "table.json", result.json());
  return result;
}

}  // namespace signpost
