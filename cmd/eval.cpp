#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <optional>

#include "base/file.h"
#include "base/json_text.h"
#include "cli/command.h"
#include "curate/evaluation_page.h"
#include "curate/measure.h"
#include "train/measured_model.h"

namespace signpost {
namespace {

struct Options {
  std::filesystem::path model, predictions, html;
  StreamOptions stream;
  MeasureOptions measure;
  ProgressStyle progress = ProgressStyle::automatic;
  bool json = false, force = false, robustness = false, latency = false;
};

std::string prediction_line(const Predictor& predictor, const Sample& sample,
                            std::span<const float> probabilities) {
  const auto best = std::max_element(probabilities.begin(), probabilities.end());
  std::string line = "{\"id\":" + json_string(sample.id);
  line += fmt::format(",\"label\":{},\"predicted\":{},\"confidence\":", *sample.label,
                      predictor.class_ids[static_cast<std::size_t>(best - probabilities.begin())]);
  append_json_number(line, *best);
  return line + "}\n";
}

std::string json_of(const Evaluation& evaluation, const ModelFacts& facts,
                    const Robustness* robustness) {
  std::string out = evaluation.json();
  out.pop_back();
  out += ",\"model\":" + facts_json(facts);
  if (robustness) out += ",\"robustness\":" + robustness->json();
  return out + "}\n";
}

Exit run(Options options) {
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  const MeasuredModel model(options.model, options.measure.jobs);
  std::optional<OutputFile> predictions, page;
  if (!options.predictions.empty()) {
    predictions.emplace(options.predictions, options.force);
    options.measure.on_prediction = [&](const Sample& sample,
                                        std::span<const float> probabilities) {
      predictions->write(prediction_line(model.predictor(), sample, probabilities));
    };
  }
  if (!options.html.empty()) page.emplace(options.html, options.force);
  std::optional<Robustness> robustness;
  if (options.robustness) {
    robustness.emplace(model.predictor().preprocessing.size);
    options.measure.robustness = &*robustness;
  }
  options.measure.manifest = options.stream.manifest;
  Progress progress("eval", "images", 0, progress_style(options.progress));
  const Evaluation evaluation = measure(model.predictor(), options.measure, rejects, progress);
  progress.finish();
  const ModelFacts facts = model.facts(options.latency);
  if (page) {
    page->write(evaluation_page(
        options.model.string(),
        fmt::format("{} in {} of {}", counted(evaluation.count(), "sample"),
                    counted(evaluation.group_count(), "group"),
                    options.stream.manifest == "-" ? "a stream" : options.stream.manifest),
        evaluation, facts, options.measure.robustness));
    page->commit();
  }
  if (predictions) predictions->commit();
  if (options.json) {
    fmt::print("{}", json_of(evaluation, facts, options.measure.robustness));
  } else {
    fmt::print("{}{}{}", evaluation.text(), robustness ? robustness->text() : "",
               facts_text(facts));
  }
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
            app.add_flag("--robustness", options->robustness,
                         "Measure also with the box shrunk, grown and shifted, and with pictures "
                         "blurred, dimmed, coarse and compressed");
            app.add_flag("--latency", options->latency,
                         "Time single images on the device's engine, on one thread");
            app.add_flag("--json", options->json,
                         "Print JSON, with the figures of each class and the confusion matrix");
            app.add_option("--html", options->html,
                           "Write a page with plots and the worst images to this file")
                ->type_name("FILE");
            app.add_option("--predictions", options->predictions,
                           "Write each sample's prediction to this file as NDJSON")
                ->type_name("FILE");
            app.add_flag("--force", options->force, "Replace existing files");
            add_root(app, options->measure.root);
            add_jobs(app, options->measure.jobs);
            add_progress(app, options->progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
