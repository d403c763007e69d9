#include "train/calibration.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/random.h"
#include "curate/split.h"
#include "curate/temperature.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "calibration.json";

Evaluation empty_evaluation(const RunInfo& info) { return {info.class_ids(), info.class_names()}; }

/// Adds the samples `of`, at a temperature.
void add(Evaluation& evaluation, const PixelSet& set, const LabelledLogits& data,
         std::span<const std::uint32_t> of, double temperature) {
  std::vector<float> probabilities(data.classes);
  for (const std::uint32_t i : of) {
    softmax(data.logits.subspan(i * data.classes, data.classes), temperature, probabilities);
    evaluation.add(set.samples[i], static_cast<std::size_t>(data.targets[i]), probabilities,
                   set.at(i));
  }
}

Calibration::Quality quality_of(const Evaluation& evaluation) {
  return {evaluation.mean_loss(), evaluation.calibration_error()};
}

/// Two halves of the groups, by turns in the order of a hash of their names; the second is empty
/// where there is only one group.
std::array<std::vector<std::uint32_t>, 2> halves(const PixelSet& set) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> by_group;
  for (std::uint32_t i = 0; i < set.samples.size(); ++i)
    by_group.emplace_back(stable_hash(group_of(set.samples[i])), i);
  std::sort(by_group.begin(), by_group.end());
  std::array<std::vector<std::uint32_t>, 2> halves;
  std::size_t groups = 0;
  for (std::size_t i = 0; i < by_group.size(); ++i) {
    groups += i > 0 && by_group[i].first != by_group[i - 1].first;
    halves[groups % 2].push_back(by_group[i].second);
  }
  return halves;
}

std::string quality_json(const Calibration::Quality& quality) {
  return fmt::format("{{\"loss\":{:.6f},\"calibration_error\":{:.6f}}}", quality.loss,
                     quality.error);
}

double temperature_of(const fs::path& run) {
  const fs::path path = run / kFile;
  if (!fs::exists(path)) return 1;
  try {
    const double temperature = nlohmann::json::parse(read_text(path)).at("temperature");
    if (!(temperature > 0))
      throw Error(Blame::input, path.string() + ": has no temperature above 0");
    return temperature;
  } catch (const nlohmann::json::exception& error) {
    throw Error(Blame::input, path.string() + ": is damaged: " + error.what());
  }
}

}  // namespace

std::string Calibration::json() const {
  std::string out = fmt::format("{{\"temperature\":{:.6f},\"before\":{},\"after\":{}", temperature,
                                quality_json(before), quality_json(after));
  if (cross_fitted) out += ",\"cross_fitted\":" + quality_json(*cross_fitted);
  out += ",\"reliability_before\":" + reliability_json(reliability_before);
  return out + "}";
}

std::string CalibratedEvaluation::json() const {
  std::string out = evaluation.json();
  out.pop_back();
  return out + ",\"calibration\":" + calibration.json() + "}";
}

CalibratedEvaluation calibrate(const RunInfo& info, const PixelSet& validation,
                               std::span<const float> logits) {
  const LabelledLogits data{logits, validation.targets, info.classes.size()};
  std::vector<std::uint32_t> all(validation.samples.size());
  for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
  CalibratedEvaluation result{empty_evaluation(info), {}};
  Calibration& calibration = result.calibration;
  calibration.temperature = fit_temperature(data);

  Evaluation before = empty_evaluation(info);
  add(before, validation, data, all, 1);
  calibration.before = quality_of(before);
  calibration.reliability_before = before.reliability();
  add(result.evaluation, validation, data, all, calibration.temperature);
  calibration.after = quality_of(result.evaluation);

  const auto [first, second] = halves(validation);
  if (!second.empty()) {
    Evaluation crossed = empty_evaluation(info);
    add(crossed, validation, data, first, fit_temperature(data, second));
    add(crossed, validation, data, second, fit_temperature(data, first));
    calibration.cross_fitted = quality_of(crossed);
  }
  return result;
}

void write_calibration(const fs::path& run, const Calibration& calibration) {
  OutputFile file(run / kFile, true);
  file.write(calibration.json() + "\n");
  file.commit();
}

Weights calibrated_weights(const fs::path& run, const NetworkSpec& spec) {
  Weights weights = read_run_weights(run);
  const auto factor = static_cast<float>(1 / temperature_of(run));
  for (const char* part : {".weight", ".bias"}) {
    const auto found = weights.find(spec.layers.back().name + part);
    if (found == weights.end()) continue;  // whoever loads the weights says so
    for (float& value : found->second.values) value *= factor;
  }
  return weights;
}

}  // namespace signpost
