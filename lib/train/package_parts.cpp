#include "train/package_parts.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/progress.h"
#include "base/rejects.h"
#include "device/engine.h"
#include "image/render.h"
#include "pixels/pnm.h"
#include "sample/stream.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct Step {
  std::string command, version;
};

/// The steps of a history that start with `program`; the last one counts.
Step last_step(const std::string& history, const std::string& program) {
  Step found;
  const Json steps = Json::parse(history, nullptr, false);
  if (!steps.is_array()) return found;
  for (const Json& step : steps) {
    if (!step.is_object()) continue;
    const std::string command = step.value("command", "");
    if (command.starts_with(program)) found = {command, step.value("version", "")};
  }
  return found;
}

}  // namespace

std::vector<Golden> make_golden(const fs::path& run, RunModel& model) {
  const RunInfo& info = model.info();
  const fs::path folder = run / "golden";
  const Renderer renderer(folder);
  Rejects rejects("golden", {.file = {}, .strict = true, .quiet = true});
  SampleReader reader((folder / "golden.ndjson").string(), rejects);
  std::vector<Golden> all;
  Sample sample;
  while (reader.next(sample)) {
    Image photograph;
    std::string wrong;
    if (!renderer.decode(sample, photograph, wrong))
      throw Error(Blame::input, folder.string() + ": " + wrong);
    Golden& golden = all.emplace_back();
    encode_ppm(photograph, golden.ppm);
    golden.roi = box_of(sample, photograph);
    golden.tensor.resize(static_cast<std::size_t>(info.preprocessing.size) *
                         static_cast<std::size_t>(info.preprocessing.size) * 3);
    preprocess(photograph, golden.roi, info.preprocessing, golden.tensor);
    golden.probabilities.resize(info.classes.size());
    model.predict(golden.tensor, 1, golden.probabilities);
  }
  return all;
}

void answer_as_the_runner(const Bytes& onnx, std::vector<Golden>& golden) {
  Engine engine(onnx, "the packaged network");
  for (Golden& each : golden) engine.run(each.tensor, each.probabilities);
}

std::string provenance_json(const RunInfo& info, const std::string& validation) {
  const Step training = last_step(info.history, "signpost train");
  const Step split = last_step(info.history, "signpost split");
  Json json = {{"data", info.data_digest},    {"train_samples", info.train_samples},
               {"validation", validation},    {"validation_samples", info.validation_samples},
               {"recipe", info.augment},      {"recipe_digest", info.augment_digest},
               {"seed", info.seed},           {"split", split.command},
               {"command", training.command}, {"signpost", training.version}};
  if (!info.weights.empty()) {
    json["weights"] = info.weights;
    json["weights_digest"] = info.weights_digest;
  }
  for (const RunInfo::Teacher& teacher : info.teachers)
    json["teachers"].push_back({{"name", teacher.name}, {"digest", teacher.digest}});
  json["history"] = Json::parse(info.history, nullptr, false);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::pair<std::string, std::string>> training_facts(const RunInfo& info) {
  std::vector<std::pair<std::string, std::string>> facts = {
      {"samples", fmt::format("{} for training, {} for validation", grouped(info.train_samples),
                              grouped(info.validation_samples))},
      {"data digest", "`" + info.data_digest + "`"},
      {"training",
       fmt::format("{} epochs, augmentation {}, seed {}", info.epochs, info.augment, info.seed)}};
  if (!info.weights.empty()) {
    facts.emplace_back(
        "started from",
        fmt::format("{} (SHA-256 `{}`){}", info.weights, info.weights_digest,
                    info.frozen_backbone ? ", only the classifier was trained" : ""));
  }
  for (const RunInfo::Teacher& teacher : info.teachers)
    facts.emplace_back("teacher", fmt::format("{} (SHA-256 `{}`)", teacher.name, teacher.digest));
  const Step split = last_step(info.history, "signpost split");
  if (!split.command.empty()) facts.emplace_back("split", "`" + split.command + "`");
  return facts;
}

std::string calibration_sentence(const std::string& evaluation) {
  const nlohmann::json json = nlohmann::json::parse(evaluation, nullptr, false);
  const auto pointer = nlohmann::json::json_pointer("/calibration/cross_fitted/calibration_error");
  if (!json.is_object() || !json.contains(pointer) || !json.at(pointer).is_number()) return {};
  return fmt::format("{:.2f} % where the temperature was fitted on other signs",
                     100 * json.at(pointer).get<double>());
}

}  // namespace signpost
