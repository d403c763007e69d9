#include "train/packager.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/progress.h"
#include "base/rejects.h"
#include "device/classifier.h"
#include "image/render.h"
#include "model/contract.h"
#include "model/package.h"
#include "pixels/pnm.h"
#include "sample/stream.h"
#include "train/compression_proof.h"
#include "train/network_spec.h"
#include "train/onnx_writer.h"
#include "train/run_model.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

constexpr float kParityTolerance = 1e-3f;
constexpr std::size_t kParityBatch = 128;

/// "signs-1.2.0.signpost" is "signs", "1.2.0"; without a version it is "1".
void name_package(PackageOptions& options) {
  std::string stem = options.output.filename().string();
  if (stem.ends_with(".signpost")) stem.resize(stem.size() - 9);
  const std::size_t dash = stem.rfind('-');
  const bool versioned = dash != std::string::npos && dash > 0 && dash + 1 < stem.size() &&
                         stem[dash + 1] >= '0' && stem[dash + 1] <= '9';
  if (options.version.empty()) options.version = versioned ? stem.substr(dash + 1) : "1";
  if (options.name.empty()) options.name = versioned ? stem.substr(0, dash) : stem;
}

/// What a golden vector's views point into.
struct Golden {
  Bytes ppm;
  std::vector<std::uint8_t> tensor;
  Box roi;
  std::vector<float> probabilities;
};

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

/// In another precision it is not the trainer's answer that must come out. That the engine's is
/// right was proven by then (train/compression_proof.h).
void answer_as_the_runner(const Bytes& onnx, std::vector<Golden>& golden) {
  Engine engine(onnx, "the packaged network");
  for (Golden& each : golden) engine.run(each.tensor, each.probabilities);
}

std::string percent(const nlohmann::json& share) {
  return fmt::format("{:.2f} %", 100 * share.get<double>());
}

std::string model_card(const PackageOptions& options, const RunInfo& info, const NetworkSpec& spec,
                       const nlohmann::json& evaluation) {
  std::string card = fmt::format("# {} {}\n\n", options.name, options.version);
  card +=
      "Classifies a cropped photograph of a traffic sign. Made from measurements by signpost; "
      "every figure below was\n"
      "taken by the trainer on validation samples whose physical signs the network never saw.\n\n";
  card += fmt::format(
      "| | |\n|---|---|\n| network | {}, {} parameters, {} multiplications an image |\n",
      info.network.name, grouped(spec.parameter_count()), grouped(spec.multiply_count()));
  card += fmt::format("| input | the sign's box, resized to {0} x {0} RGB |\n| classes | {1} |\n",
                      info.preprocessing.size, info.classes.size());
  card += fmt::format("| training | {} samples, {} epochs, augmentation {}, seed {} |\n",
                      grouped(info.train_samples), info.epochs, info.augment, info.seed);
  if (!info.weights.empty()) {
    card +=
        fmt::format("| started from | {} (SHA-256 `{}`){} |\n", info.weights, info.weights_digest,
                    info.frozen_backbone ? ", only the classifier was trained" : "");
  }
  card += fmt::format("| data digest | `{}` |\n\n", info.data_digest);
  card += fmt::format(
      "## Accuracy\n\n{} on {} validation samples of {} groups; 95 % interval over groups: {} to "
      "{}.\n\n",
      percent(evaluation.at("accuracy")), grouped(info.validation_samples),
      evaluation.at("groups").get<std::uint64_t>(), percent(evaluation.at("accuracy_95").at(0)),
      percent(evaluation.at("accuracy_95").at(1)));
  card += fmt::format("Mean recall over classes {}, expected calibration error {}",
                      percent(evaluation.at("macro_recall")),
                      percent(evaluation.at("calibration_error")));
  const nlohmann::json crossed = evaluation.value(
      nlohmann::json::json_pointer("/calibration/cross_fitted"), nlohmann::json::object());
  if (!crossed.empty()) {
    card += fmt::format(" ({} where the temperature was fitted on other signs)",
                        percent(crossed.at("calibration_error")));
  }
  card += ".\n\n## Where it fails\n\n";
  std::vector<nlohmann::json> worst;
  for (const nlohmann::json& each : evaluation.at("classes")) {
    if (each.at("samples") > 0) worst.push_back(each);
  }
  std::stable_sort(worst.begin(), worst.end(),
                   [](const auto& a, const auto& b) { return a.at("recall") < b.at("recall"); });
  card += "| class | recall | samples |\n|---|---|---|\n";
  for (std::size_t i = 0; i < std::min<std::size_t>(5, worst.size()); ++i) {
    card += fmt::format("| {} {} | {} | {} |\n", worst[i].at("label").get<int>(),
                        worst[i].at("name").get<std::string>(), percent(worst[i].at("recall")),
                        worst[i].at("samples").get<std::uint64_t>());
  }
  return card +
         "\nIt expects one sign, framed by a box; on anything else its answer means nothing.\n";
}

/// Removes an unproven package unless it is released.
class Unproven {
 public:
  explicit Unproven(fs::path path) : path_(std::move(path)) {}
  Unproven(const Unproven&) = delete;
  Unproven& operator=(const Unproven&) = delete;
  ~Unproven() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Trainer and runner over the same validation images; returns the first that they disagree on, or
/// nothing.
std::string compare(const PackageOptions& options, RunModel& model, Classifier& classifier,
                    PackageResult& result) {
  const RunInfo& info = model.info();
  const std::size_t classes = info.classes.size();
  const auto bytes = static_cast<std::size_t>(info.preprocessing.size) *
                     static_cast<std::size_t>(info.preprocessing.size) * 3;
  const std::uint64_t wanted =
      options.parity_samples == 0 ? info.validation_samples : options.parity_samples;
  const std::uint64_t every = std::max<std::uint64_t>(1, info.validation_samples / wanted);
  std::vector<std::string> ids;
  std::vector<std::uint8_t> tensors;
  std::vector<float> trained, ran;
  std::string first;
  const auto compare_batch = [&] {
    trained.resize(ids.size() * classes);
    ran.resize(trained.size());
    model.predict(tensors, ids.size(), trained);
    classifier.classify_tensors(tensors, ran);
    for (std::size_t k = 0; k < ids.size(); ++k) {
      const std::span<const float> a = std::span(trained).subspan(k * classes, classes);
      const std::span<const float> b = std::span(ran).subspan(k * classes, classes);
      const auto best = static_cast<std::size_t>(std::ranges::max_element(a) - a.begin());
      const auto got = static_cast<std::size_t>(std::ranges::max_element(b) - b.begin());
      float apart = 0;
      for (std::size_t c = 0; c < classes; ++c) apart = std::max(apart, std::abs(a[c] - b[c]));
      ++result.compared;
      if (best == got && apart <= kParityTolerance) {
        ++result.agreeing;
      } else if (first.empty()) {
        first = fmt::format(
            "{}: the trainer says class {}, the runner {} (probabilities apart by {:.2g})", ids[k],
            info.classes[best].id, info.classes[got].id, apart);
      }
    }
    ids.clear();
    tensors.clear();
  };

  Rejects rejects("package", {.file = {}, .strict = true, .quiet = true});
  SampleReader reader((options.run / "validation.ndjson").string(), rejects);
  const Renderer renderer(options.root);
  Sample sample;
  Image photograph;
  for (std::uint64_t i = 0; reader.next(sample); ++i) {
    if (i % every != 0) continue;
    std::string wrong;
    if (!renderer.decode(sample, photograph, wrong)) {
      throw Error(Blame::input,
                  wrong + "; the validation images are needed to prove the package (--root?)");
    }
    ids.push_back(sample.id);
    tensors.resize(tensors.size() + bytes);
    preprocess(photograph, box_of(sample, photograph), info.preprocessing,
               std::span(tensors).last(bytes));
    if (ids.size() == kParityBatch) compare_batch();
  }
  if (!ids.empty()) compare_batch();
  return first;
}

}  // namespace

PackageResult package_run(const PackageOptions& given) {
  PackageOptions options = given;
  name_package(options);
  refuse_existing(options.output, options.force);
  RunModel model(options.run);
  const RunInfo& info = model.info();
  const NetworkSpec spec = info.spec();
  const Bytes onnx = in_precision(write_onnx(spec, model.weights(), info,
                                             {{kContractKey, encode_contract(info.preprocessing)}}),
                                  options.precision, options.run, options.root, info.preprocessing);
  PackageResult result;
  nlohmann::ordered_json compression;
  if (options.precision != "float32") {
    const CompressionProof proof = prove_compression(model, onnx, options.precision, options.run,
                                                     options.root, options.parity_samples);
    result.compared = proof.compared;
    result.agreeing = proof.agreeing;
    result.refusal = proof.refusal;
    if (!result.refusal.empty()) return result;
    result.cost = proof.cost.line();
    compression = nlohmann::ordered_json::parse(proof.cost.json());
  }

  PackageContents contents;
  contents.name = options.name;
  contents.version = options.version;
  contents.made_by = SIGNPOST_VERSION;
  contents.preprocessing = info.preprocessing;
  contents.network = info.network.name;
  contents.parameters = spec.parameter_count();
  contents.precision = options.precision;
  contents.onnx = onnx;
  try {
    auto evaluation = nlohmann::ordered_json::parse(read_text(options.run / "evaluation.json"));
    contents.model_card = model_card(options, info, spec, evaluation);
    evaluation.erase("worst");  // ids of photographs are no business of devices
    if (!compression.is_null()) evaluation["compression"] = compression;
    contents.metrics = evaluation.dump();
  } catch (const nlohmann::json::exception& error) {
    throw Error(Blame::input,
                (options.run / "evaluation.json").string() + ": is damaged: " + error.what());
  }
  for (const RunInfo::Class& each : info.classes)
    contents.labels.push_back({each.id, each.name, each.name_de});
  std::vector<Golden> golden = make_golden(options.run, model);
  if (options.precision != "float32") answer_as_the_runner(onnx, golden);
  for (const Golden& each : golden)
    contents.golden.push_back({each.ppm, each.roi, each.tensor, each.probabilities});

  // Written under another name, proven by the runner's own code, and only then given its own.
  result.golden = golden.size();
  const Unproven unproven(options.output.string() + ".unproven");
  write_package(unproven.path(), contents, true);
  try {
    Classifier classifier = Classifier::open(unproven.path());
    if (options.precision == "float32")
      result.refusal = compare(options, model, classifier, result);
  } catch (const Error& error) {
    if (error.blame() != Blame::input || result.compared > 0) throw;
    result.refusal = error.what();
  }
  if (!result.refusal.empty()) return result;
  result.bytes = fs::file_size(unproven.path());
  std::error_code error;
  fs::rename(unproven.path(), options.output, error);
  if (error)
    throw Error(Blame::environment,
                "cannot write " + options.output.string() + ": " + error.message());
  return result;
}

}  // namespace signpost
