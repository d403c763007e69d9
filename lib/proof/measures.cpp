#include "proof/measures.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/random.h"
#include "curate/split.h"
#include "proof/memory.h"

namespace signpost {
namespace {

Predict predict_of(const std::shared_ptr<Classifier>& classifier) {
  return [classifier](std::span<const std::uint8_t> pixels, std::size_t, std::span<float> out) {
    classifier->classify_tensors(pixels, out);
  };
}

Answered answered(const Predictor& predictor, const Sample& sample,
                  std::span<const float> probabilities) {
  const auto target = std::ranges::find(predictor.class_ids, sample.label.value_or(-1));
  const auto best = std::ranges::max_element(probabilities);
  return {stable_hash(group_of(sample)),
          static_cast<std::uint32_t>(target - predictor.class_ids.begin()),
          static_cast<std::uint32_t>(best - probabilities.begin()), *best};
}

std::string digest_of(std::vector<std::string> lines) {
  std::ranges::sort(lines);
  Sha256 digest;
  for (const std::string& line : lines) digest.add(line);
  return digest.hex();
}

bool says(const nlohmann::json& object, const char* key) {
  const auto field = object.find(key);
  return field != object.end() && field->is_string() && !field->get<std::string>().empty();
}

}  // namespace

Predictor predictor_of(const std::shared_ptr<Classifier>& classifier) {
  Predictor predictor;
  predictor.preprocessing = classifier->package().contents().preprocessing;
  for (const Label& label : classifier->labels()) {
    predictor.class_ids.push_back(label.id);
    predictor.names.push_back(label.name);
  }
  predictor.predict = predict_of(classifier);
  predictor.twin = [classifier] {
    return predict_of(std::make_shared<Classifier>(classifier->twin()));
  };
  return predictor;
}

DeviceMeasures measure_device(const std::filesystem::path& path) {
  DeviceMeasures device;
  device.bytes = std::filesystem::file_size(path);
  std::optional<Classifier> classifier;
  std::vector<float> probabilities;
  device.memory = added_memory([&] {
    classifier.emplace(Classifier::open(path));
    probabilities.resize(classifier->labels().size());
    classifier->classify_tensor(classifier->package().contents().golden[0].tensor, probabilities);
  });
  const PackageContents& contents = classifier->package().contents();
  for (const GoldenVector& golden : contents.golden) {
    classifier->classify_tensor(golden.tensor, probabilities);
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
      const double apart = std::abs(static_cast<double>(probabilities[i]) -
                                    static_cast<double>(golden.probabilities[i]));
      device.golden_difference = std::max(device.golden_difference, apart);
    }
  }
  Engine engine(contents.onnx, path.string());
  device.multiplications = engine.multiplications();
  device.latency = measure_latency(engine);
  return device;
}

SampleMeasures measure_samples(const std::shared_ptr<Classifier>& classifier,
                               const MeasureOptions& given, Rejects& rejects, Progress& progress) {
  const Predictor predictor = predictor_of(classifier);
  std::vector<Answered> answers;
  std::vector<std::string> lines;
  MeasureOptions options = given;
  options.on_prediction = [&](const Sample& sample, std::span<const float> probabilities) {
    answers.push_back(answered(predictor, sample, probabilities));
    lines.push_back(sample.id + " " + std::to_string(*sample.label) + " " + sample.sha256 + "\n");
    if (given.on_prediction) given.on_prediction(sample, probabilities);
  };
  Evaluation evaluation = measure(predictor, options, rejects, progress);
  return {std::move(evaluation), std::move(answers), digest_of(std::move(lines))};
}

void add_figures(const DeviceMeasures& device, Measured& measured) {
  measured["max_bytes"] = static_cast<double>(device.bytes);
  measured["max_golden_difference"] = device.golden_difference;
  measured["max_latency_p50_ms"] = device.latency.p50_ms;
  if (device.memory)
    measured["max_peak_memory_mib"] = static_cast<double>(*device.memory) / (1 << 20);
}

void add_figures(const Evaluation& evaluation, Measured& measured) {
  const Interval accuracy = evaluation.accuracy_by_group();
  measured["min_accuracy"] = accuracy.value;
  measured["min_accuracy_low"] = accuracy.low;
  measured["max_calibration_error"] = evaluation.calibration_error();
  measured["min_validation_groups"] = static_cast<double>(evaluation.group_count());
  double worst = 1;
  for (std::size_t k = 0; k < evaluation.classes(); ++k) {
    if (evaluation.support(k) > 0) worst = std::min(worst, evaluation.recall(k));
  }
  measured["min_class_recall"] = worst;
}

void add_figures(const AbstainCheck& check, Measured& measured) {
  measured["min_coverage"] = check.coverage();
  if (check.accepted > 0) measured["min_accepted_accuracy"] = check.accuracy.value;
}

void add_figures(const PackageContents& contents, Measured& measured) {
  const auto provenance = nlohmann::json::parse(contents.provenance, nullptr, false);
  measured["needs_licence"] = contents.licence.empty() ? 0 : 1;
  measured["needs_provenance"] = provenance.is_object() && says(provenance, "data") &&
                                         says(provenance, "validation") &&
                                         says(provenance, "command")
                                     ? 1
                                     : 0;
}

}  // namespace signpost
