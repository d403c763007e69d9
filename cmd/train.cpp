#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "train/network_spec.h"
#include "train/trainer.h"

namespace signpost {
namespace {

struct Options {
  StreamOptions stream;
  TrainOptions train;
  bool json = false;
};

Exit run(Options options) {
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  options.train.manifest = options.stream.manifest;
  options.train.root = options.stream.root;
  options.train.progress = progress_style(options.train.progress);
  const TrainResult result =
      train(options.train, rejects, [](const std::string& line) { say(line); });
  const Interval accuracy = result.validation.accuracy_by_group();
  say(fmt::format("validation accuracy {:.2f} % ({:.2f} to {:.2f} %) after {}; report: {}",
                  100 * accuracy.value, 100 * accuracy.low, 100 * accuracy.high,
                  clock_text(result.seconds), (options.train.run / "report.html").string()));
  if (options.json) fmt::print("{}\n", result.validation.json());
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Train a network on a stream of samples", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            TrainOptions& train = options->train;
            add_manifest(app, options->stream);
            add_output(app, train.run, train.force, "Folder for the run");
            app.add_flag("--resume", train.resume, "Go on with a run that was interrupted");
            app.add_option("--model", train.model, "Network")
                ->capture_default_str()
                ->check(CLI::IsMember(network_names()));
            app.add_option("--epochs", train.epochs, "Passes over the training samples")
                ->capture_default_str()
                ->check(CLI::Range(1, 100000));
            app.add_option("--augment", train.augment,
                           "Recipe that varies training samples afresh in each epoch: a name "
                           "(road), a TOML file, or none")
                ->capture_default_str();
            app.add_option("--batch-size", train.batch_size,
                           "Samples in one step (default: 128, less where there is little data)")
                ->check(CLI::Range(2, 65536));
            app.add_option("--learning-rate", train.learning_rate,
                           "Peak of the one-cycle schedule (default: by the batch size)")
                ->check(CLI::Range(1e-6, 100.0));
            app.add_option("--classes", train.classes, "Class catalogue: a name or a TOML file")
                ->capture_default_str();
            app.add_flag("--json", options->json, "Print the final evaluation as JSON");
            add_seed(app, train.seed);
            add_root(app, options->stream.root);
            add_jobs(app, train.jobs);
            add_progress(app, train.progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
