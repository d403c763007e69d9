#include "train/trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/file.h"
#include "base/parallel.h"
#include "train/learner.h"
#include "train/preparation.h"
#include "train/ranks.h"
#include "train/report.h"
#include "train/run_files.h"
#include "train/run_model.h"

namespace signpost {
namespace {

using Clock = std::chrono::steady_clock;

std::string metrics_line(std::uint64_t epoch, const EpochFigures& figures,
                         const Evaluation& validation) {
  return fmt::format(
      "{{\"epoch\":{},\"loss\":{:.6f},\"accuracy\":{:.6f},\"validation_loss\":{:.6f},"
      "\"validation_accuracy\":{:.6f},\"learning_rate\":{:.6f},\"image_px\":{},"
      "\"images_per_second\":{:.1f},\"seconds\":{:.2f}}}",
      epoch, figures.loss, figures.accuracy, validation.mean_loss(), validation.accuracy(),
      figures.learning_rate, figures.px, figures.images_per_second, figures.seconds);
}

/// What a finished run leaves besides its weights.
void write_results(const TrainOptions& options, const Prepared& ready,
                   const CalibratedEvaluation& validation) {
  write_golden(options.run, ready.data.validation, options.root);
  write_validation(options.run, ready.data.validation);
  write_metrics_table(options.run);
  write_calibration(options.run, validation.calibration);
  write_run_file(options.run / "evaluation.json", validation.json() + "\n");
  write_run_file(
      options.run / "report.html",
      training_report(ready.info, validation, read_text(options.run / "metrics.ndjson")));
}

/// Threads of this rank: its part of the processors, if nobody says otherwise.
int threads_of(int jobs, const Ranks& ranks) {
  return jobs > 0 ? jobs : std::max(1, job_count(0) / ranks.here());
}

}  // namespace

TrainResult train(const TrainOptions& given, Rejects& rejects,
                  const std::function<void(const std::string&)>& say) {
  const Clock::time_point start = Clock::now();
  const auto seconds_since_start = [&] {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  Ranks ranks = Ranks::from_environment();
  if (ranks.size() > 1 && given.manifest == "-") {
    throw Error(Blame::usage, fmt::format("standard input cannot be shared by {} ranks; write the "
                                          "stream to a file and name it",
                                          ranks.size()));
  }
  TrainOptions options = given;
  options.jobs = threads_of(given.jobs, ranks);
  const std::function<void(const std::string&)> words = [&](const std::string& line) {
    if (ranks.is_first()) say(line);
  };
  if (ranks.is_first()) refuse_existing_run(options.run, options.resume, options.force);
  set_training_threads(options.jobs);

  Prepared ready = prepare(options, ranks, rejects, seconds_since_start, words);
  const RunInfo& info = ready.info;
  std::optional<RunLock> lock;
  if (ranks.is_first()) {
    open_run(options.run, info, options.resume, options.force);
    lock.emplace(options.run);
  }

  Learner learner(ready, ranks, words);
  ready.start.reset();
  const std::uint64_t epochs_done = learner.resume(options.run);
  if (ranks.is_first()) trim_metrics(options.run, epochs_done);
  const auto epochs = static_cast<std::uint64_t>(info.epochs);
  words(fmt::format(
      "{} training and {} validation samples, {} classes; {}: {} parameters, {}, batches of {}{}",
      grouped(info.train_samples), grouped(info.validation_samples), info.classes.size(),
      info.network.name, grouped(ready.spec.parameter_count()), info.precision,
      ready.rank_batch * static_cast<std::size_t>(ranks.size()),
      ranks.size() > 1 ? fmt::format(" over {} ranks", ranks.size()) : std::string()));
  if (epochs_done > 0) words(fmt::format("resumed after epoch {}", epochs_done));

  Progress progress("train", "images",
                    (epochs - epochs_done) * ready.steps_each * ready.rank_batch *
                        static_cast<std::uint64_t>(ranks.size()),
                    ranks.is_first() ? options.progress : ProgressStyle::none);
  Optimiser& optimiser = learner.optimiser();
  for (std::uint64_t epoch = epochs_done; epoch < epochs; ++epoch) {
    const auto patience = static_cast<std::uint64_t>(info.patience);
    const bool enough = ranks.of_first(patience > 0 && epoch >= optimiser.best_epoch() + patience);
    if (enough) {
      words(fmt::format("no better epoch than {} in {}: the run ends early", optimiser.best_epoch(),
                        patience));
      break;
    }
    const EpochFigures figures = learner.run_epoch(epoch, progress);
    const Evaluation validation = learner.validate(learner.bfloat16());
    if (ranks.is_first()) {
      if (patience > 0) {
        optimiser.keep_best(epoch + 1, static_cast<float>(validation.mean_loss()));
      }
      append_metrics(options.run, metrics_line(epoch + 1, figures, validation));
      optimiser.write_checkpoint(options.run, epoch + 1);
    }
    progress.wipe();
    words(fmt::format("epoch {}/{}: loss {:.3f}, validation {:.2f} %, {} images/s{}", epoch + 1,
                      epochs, figures.loss, 100 * validation.accuracy(),
                      grouped(static_cast<std::uint64_t>(figures.images_per_second)),
                      info.start_px > 0 ? fmt::format(" at {} px", figures.px) : std::string()));
  }
  progress.finish();
  if (info.patience > 0) {
    learner.optimiser().go_back_to_best(ranks);
    words(fmt::format("keeps the weights of epoch {}", optimiser.best_epoch()));
  }

  CalibratedEvaluation validation = learner.calibrate();
  if (ranks.is_first()) {
    optimiser.swap_average();
    const Bytes weights = encode_safetensors(learner.network().weights());
    write_results(options, ready, validation);
    OutputFile file(options.run / "weights.safetensors", true);
    file.write(weights);
    file.commit();
  }
  ranks.smallest(0);  // nobody leaves before the run is written
  return {info, std::move(validation), seconds_since_start(), ranks.is_first()};
}

}  // namespace signpost
