#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <memory>
#include <string_view>

#include "base/child_process.h"
#include "base/file.h"
#include "cli/command.h"
#include "train/network_spec.h"
#include "train/sweep.h"
#include "train/trainer.h"

namespace signpost {
namespace {

/// Flags that mean nothing to other networks.
struct OwnFlags {
  std::string network;
  std::vector<const CLI::Option*> flags;
};

struct Options {
  StreamOptions stream;
  TrainOptions train;
  std::vector<OwnFlags> own_flags;
  std::filesystem::path sweep;
  bool json = false;
};

/// Flags that speak of the call, not of a run: a sweep's runs do not have them.
constexpr std::array<std::string_view, 11> kOfTheCall = {"help",  "version", "quiet",   "output",
                                                         "force", "resume",  "sweep",   "json",
                                                         "root",  "jobs",    "progress"};

bool speaks_of_the_call(const std::string& flag) {
  return std::ranges::find(kOfTheCall, flag) != kOfTheCall.end();
}

/// The flags that a sweep may set, and those that this command line sets for all of its runs.
struct SweepFlags {
  std::vector<TrainFlag> known;
  std::vector<FlagValue> given;

  explicit SweepFlags(const CLI::App& app) {
    for (const CLI::Option* option : app.get_options()) {
      if (option->get_lnames().empty() || speaks_of_the_call(option->get_lnames().front()))
        continue;
      const std::string& name = option->get_lnames().front();
      if (name == "rejects") {
        if (option->count() == 0) continue;
        throw Error(
            Blame::usage,
            "--rejects is not for sweeps; what each run said is in the folder logs of the output");
      }
      const bool takes_value = option->get_items_expected_max() > 0;
      known.push_back({name, takes_value, option->get_items_expected_max() > 1});
      if (option->count() == 0) continue;
      given.push_back({name, takes_value ? option->results() : std::vector<std::string>()});
    }
  }
};

Exit run_sweep_file(const Options& options, const CLI::App& app) {
  const SweepFlags flags(app);
  SweepOptions sweep;
  sweep.plan =
      parse_sweep(read_text(options.sweep), options.sweep.string(), flags.known, flags.given);
  sweep.manifest = options.stream.manifest;
  sweep.output = options.train.run;
  sweep.root = options.stream.root;
  sweep.program = program_beside("signpost-train");
  sweep.jobs = options.train.jobs;
  sweep.resume = options.train.resume;
  sweep.force = options.train.force;
  sweep.progress = progress_style(options.train.progress);
  const SweepResult result = run_sweep(sweep, [](const std::string& line) { say(line); });
  fmt::print("{}", options.json ? result.json() : result.text());
  if (result.failed > 0) {
    say(fmt::format("{} failed; what each said is in {}", counted(result.failed, "run"),
                    (sweep.output / "logs").string()));
    return Exit::failed;
  }
  return result.rejects ? Exit::rejected : Exit::done;
}

Exit run(Options options) {
  for (const OwnFlags& own : options.own_flags) {
    if (options.train.network.name == own.network) continue;
    for (const CLI::Option* option : own.flags) {
      if (option->count() == 0) continue;
      throw Error(Blame::usage,
                  fmt::format("{} is of --model {}; {} has nothing of the kind", option->get_name(),
                              own.network, options.train.network.name));
    }
  }
  if (const int rank = launched_rank(); rank > 0 && !options.stream.rejects.file.empty()) {
    options.stream.rejects.file += fmt::format(".rank{}", rank);
  }
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  options.train.manifest = options.stream.manifest;
  options.train.root = options.stream.root;
  options.train.progress = progress_style(options.train.progress);
  const TrainResult result =
      train(options.train, rejects, [](const std::string& line) { say(line); });
  if (!result.is_first) return finish(rejects);
  const Interval accuracy = result.validation.evaluation.accuracy_by_group();
  say(fmt::format("validation accuracy {:.2f} % ({:.2f} to {:.2f} %) after {}; report: {}",
                  100 * accuracy.value, 100 * accuracy.low, 100 * accuracy.high,
                  clock_text(result.seconds), (options.train.run / "report.html").string()));
  if (options.json) fmt::print("{}\n", result.validation.json());
  return finish(rejects);
}

void add_network(CLI::App& app, Options& options) {
  NetworkOptions& network = options.train.network;
  CLI::Option* model =
      app.add_option("--model", network.name, "Network")->check(CLI::IsMember(network_names()));
  model->capture_default_str();
  const auto sized = [&](const char* name, int& value, const char* what, int low, int high) {
    return app.add_option(name, value, what)->check(CLI::Range(low, high));
  };
  CLI::Option* image = sized(
      "--image-px", network.input_px,
      "Crop samples of a stream without a crop to this size (default: the network's own)", 8, 1024);
  CLI::Option* layers = sized("--conv-layers", network.conv_layers,
                              "cnn: convolutions, each followed by a halving", 1, 8);
  layers->capture_default_str();
  CLI::Option* fc1 = sized("--fc1", network.fc1, "cnn: width of the hidden layer", 1, 65536);
  fc1->capture_default_str();
  CLI::Option* fc2 =
      sized("--fc2", network.fc2, "cnn: width of a second hidden layer; 0 for none", 0, 65536);
  fc2->capture_default_str();
  CLI::Option* width = sized(
      "--width", network.width,
      "signnet: channels of the first stage; the next ones have 2 and 4 times as many", 4, 1024);
  width->capture_default_str();
  options.own_flags = {{"cnn", {layers, fc1, fc2}}, {"signnet", {width}}};
  std::vector<std::string> names;
  for (const NetworkPreset& preset : network_presets()) names.push_back(preset.name);
  app.add_option_function<std::string>(
         "--preset",
         [&network](const std::string& name) {
           for (const NetworkPreset& preset : network_presets()) {
             if (preset.name == name) network = preset.options;
           }
         },
         "A published configuration: network, sizes and image size")
      ->check(CLI::IsMember(names))
      ->excludes(model)
      ->excludes(image)
      ->excludes(layers)
      ->excludes(fc1)
      ->excludes(fc2)
      ->excludes(width);
}

void add_weights(CLI::App& app, TrainOptions& train) {
  CLI::Option* weights = app.add_option("--weights", train.weights,
                                        "Start from these weights: a safetensors or .pth file, a "
                                        "run, or a name in --weights-folder")
                             ->type_name("FILE|RUN|NAME");
  app.add_option("--weights-folder", train.weights_folder, "Folder in which --weights finds names")
      ->type_name("DIR")
      ->envname("SIGNPOST_WEIGHTS");
  app.add_option_function<std::string>(
         "--weights-convention",
         [&train](const std::string& name) {
           train.convention = name == "torchvision"  ? WeightsConvention::torchvision
                              : name == "tensorflow" ? WeightsConvention::tensorflow
                                                     : WeightsConvention::automatic;
         },
         "What images the weights were trained on (default: auto, by their number of classes)")
      ->check(CLI::IsMember({"auto", "torchvision", "tensorflow"}))
      ->option_text("auto|torchvision|tensorflow")
      ->needs(weights);
  app.add_option_function<std::string>(
         "--freeze", [&train](const std::string&) { train.freeze_backbone = true; },
         "backbone: train the classifier alone, on features as the weights give them")
      ->check(CLI::IsMember({"backbone"}))
      ->option_text("backbone")
      ->needs(weights);
}

/// Seconds of "90s", "10min", "1.5h".
double seconds_of(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string unit(end, text.data() + text.size());
  const double scale = unit == "s" ? 1 : unit == "min" ? 60 : unit == "h" ? 3600 : 0;
  if (error != std::errc() || scale == 0 || !(value > 0)) {
    throw CLI::ValidationError("--budget", text + " is no time; say 90s, 10min or 1.5h");
  }
  return value * scale;
}

void add_length(CLI::App& app, TrainOptions& train) {
  CLI::Option* epochs =
      app.add_option("--epochs", train.epochs,
                     "Passes over the training samples (default: enough for 120,000 images, 4 to "
                     "40)")
          ->check(CLI::Range(1, 100000));
  app.add_option_function<std::string>(
         "--budget", [&train](const std::string& text) { train.budget_seconds = seconds_of(text); },
         "Choose the epochs so that all is done in this time: 90s, 10min, 1.5h")
      ->type_name("TIME")
      ->excludes(epochs);
  app.add_option("--patience", train.patience,
                 "End after this many epochs without a lower validation loss, and keep the best "
                 "epoch's weights")
      ->check(CLI::Range(1, 100000));
  app.add_option("--start-px", train.start_px,
                 "Begin with images of this size and grow them to the full one: faster")
      ->check(CLI::Range(8, 1024));
}

void add_objective(CLI::App& app, TrainOptions& train) {
  app.add_option("--label-smoothing", train.label_smoothing,
                 "Share of each label that is spread over all classes")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 0.9));
  app.add_option("--class-balance", train.class_balance,
                 "Weight of rare classes: 0, as many as they are; 1, all classes alike")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  CLI::Option* teacher =
      app.add_option("--teacher", train.teachers,
                     "Learn from what this finished run says of each image, too; several allowed")
          ->allow_extra_args(false)
          ->type_name("RUN");
  app.add_option("--distill-weight", train.distill_weight,
                 "Share of the teachers in the loss; the labels have the rest")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0))
      ->needs(teacher);
  app.add_option("--distill-temperature", train.distill_temperature,
                 "Softens what teachers and student say before they are compared")
      ->capture_default_str()
      ->check(CLI::Range(0.1, 100.0))
      ->needs(teacher);
}

}  // namespace

Command command() {
  return {"Train a network on a stream of samples", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            TrainOptions& train = options->train;
            add_manifest(app, options->stream);
            add_output(app, train.run, train.force, "Folder for the run");
            app.add_flag("--resume", train.resume, "Go on with a run that was interrupted");
            add_network(app, *options);
            add_weights(app, train);
            add_length(app, train);
            add_objective(app, train);
            app.add_option("--augment", train.augment,
                           "Recipe that varies training samples afresh in each epoch: a name "
                           "(road), a TOML file, or none")
                ->capture_default_str();
            app.add_flag_callback(
                "--no-mirror", [&train] { train.mirror = false; },
                "Show no sign mirrored; by default half of them are, where the "
                "catalogue says what class that makes");
            app.add_option("--batch-size", train.batch_size,
                           "Samples in one step (default: 128, less where there is little data)")
                ->check(CLI::Range(2, 65536));
            app.add_option("--learning-rate", train.learning_rate,
                           "Peak of the one-cycle schedule (default: by the batch size; with "
                           "--weights a tenth of that)")
                ->check(CLI::Range(1e-6, 100.0));
            app.add_option("--classes", train.classes, "Class catalogue: a name or a TOML file")
                ->capture_default_str();
            app.add_option("--sweep", options->sweep,
                           "Train all that this TOML file asks for, each in a folder of its own "
                           "in the output")
                ->type_name("FILE");
            app.add_flag("--json", options->json,
                         "Print the final evaluation, or the sweep's table, as JSON");
            add_seed(app, train.seed);
            add_root(app, options->stream.root);
            add_jobs(app, train.jobs);
            add_progress(app, train.progress);
            return [options, &app] {
              return options->sweep.empty() ? run(*options) : run_sweep_file(*options, app);
            };
          }};
}

}  // namespace signpost
