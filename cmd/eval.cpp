#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include "base/file.h"
#include "base/json_text.h"
#include "cli/command.h"
#include "curate/measure.h"
#include "device/classifier.h"
#include "train/run_model.h"

namespace signpost {
namespace {

struct Options {
  std::filesystem::path model, predictions;
  StreamOptions stream;
  MeasureOptions measure;
  ProgressStyle progress = ProgressStyle::automatic;
  bool json = false, force = false;
};

Predictor predictor_of(RunModel& run) {
  Predictor predictor;
  predictor.preprocessing = run.info().preprocessing;
  for (const RunInfo::Class& each : run.info().classes) {
    predictor.class_ids.push_back(each.id);
    predictor.names.push_back(each.name);
  }
  predictor.predict = [&run](std::span<const std::uint8_t> pixels, std::size_t count,
                             std::span<float> out) { run.predict(pixels, count, out); };
  return predictor;
}

Predictor predictor_of(Classifier& classifier) {
  Predictor predictor;
  predictor.preprocessing = classifier.package().contents().preprocessing;
  for (const Label& label : classifier.labels()) {
    predictor.class_ids.push_back(label.id);
    predictor.names.push_back(label.name);
  }
  predictor.predict = [&classifier](std::span<const std::uint8_t> pixels, std::size_t,
                                    std::span<float> out) {
    classifier.classify_tensors(pixels, out);
  };
  return predictor;
}

std::string prediction_line(const Predictor& predictor, const Sample& sample,
                            std::span<const float> probabilities) {
  const auto best = std::max_element(probabilities.begin(), probabilities.end());
  std::string line = "{\"id\":" + json_string(sample.id);
  line += fmt::format(",\"label\":{},\"predicted\":{},\"confidence\":", *sample.label,
                      predictor.class_ids[static_cast<std::size_t>(best - probabilities.begin())]);
  append_json_number(line, *best);
  return line + "}\n";
}

Exit run(Options options) {
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  std::optional<RunModel> trained;
  std::optional<Classifier> packaged;
  Predictor predictor;
  if (std::filesystem::is_directory(options.model)) {
    set_training_threads(options.measure.jobs);
    trained.emplace(options.model);
    predictor = predictor_of(*trained);
  } else {
    packaged.emplace(Classifier::open(options.model));
    predictor = predictor_of(*packaged);
  }
  std::optional<OutputFile> predictions;
  if (!options.predictions.empty()) {
    predictions.emplace(options.predictions, options.force);
    options.measure.on_prediction = [&](const Sample& sample,
                                        std::span<const float> probabilities) {
      predictions->write(prediction_line(predictor, sample, probabilities));
    };
  }
  options.measure.manifest = options.stream.manifest;
  Progress progress("eval", "images", 0, progress_style(options.progress));
  const Evaluation evaluation = measure(predictor, options.measure, rejects, progress);
  progress.finish();
  if (predictions) predictions->commit();
  fmt::print("{}", options.json ? evaluation.json() + "\n" : evaluation.text());
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Measure a run or a package on a stream of samples", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            app.add_option("MODEL", options->model, "Run folder or package")->required();
            add_manifest(app, options->stream);
            app.add_option("--split", options->measure.split,
                           "Measure this split (default: all samples but \"train\")")
                ->type_name("NAME");
            app.add_flag("--json", options->json,
                         "Print JSON, with the figures of each class and the confusion matrix");
            app.add_option("--predictions", options->predictions,
                           "Write each sample's prediction to this file as NDJSON")
                ->type_name("FILE");
            app.add_flag("--force", options->force, "Replace an existing predictions file");
            add_root(app, options->measure.root);
            add_jobs(app, options->measure.jobs);
            add_progress(app, options->progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
