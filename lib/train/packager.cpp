#include "train/packager.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/rejects.h"
#include "model/contract.h"
#include "model/signature.h"
#include "proof/measures.h"
#include "proof/model_card.h"
#include "train/compression_proof.h"
#include "train/network_spec.h"
#include "train/onnx_writer.h"
#include "train/package_parts.h"
#include "train/parity.h"
#include "train/run_model.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

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

/// A file that is removed unless it is released.
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
  void rename_to(const fs::path& name) const {
    std::error_code error;
    fs::rename(path_, name, error);
    if (error)
      throw Error(Blame::environment, "cannot write " + name.string() + ": " + error.message());
  }

 private:
  fs::path path_;
};

/// One packaging: the package as it grows, under a name of its own.
class Packaging {
 public:
  Packaging(const PackageOptions& options, Progress& progress)
      : options_(options),
        progress_(progress),
        unproven_(options.output.string() + ".unproven"),
        model_(options.run),
        robustness_(model_.info().preprocessing.size) {
    contents_.precision = options.precision;
    limits_ = read_gates(options.gates, contents_.precision);
    limits_.push_back({"max_golden_difference", kGoldenTolerance});
    evaluation_ = read_text(options.run / "evaluation.json");
  }

  PackageResult run() {
    fill_in();
    write_package(unproven_.path(), contents_, true);
    try {
      classifier_ = std::make_shared<Classifier>(Classifier::open(unproven_.path()));
    } catch (const Error& error) {
      if (error.blame() != Blame::input) throw;
      result_.refusals.push_back("the runner refuses the package: " + std::string(error.what()));
      return result_;
    }
    measure();
    write();
    if (!result_.refusals.empty()) return result_;
    publish();
    return result_;
  }

 private:
  void fill_in() {
    const RunInfo& info = model_.info();
    const NetworkSpec spec = info.spec();
    for (const RunInfo::Class& each : info.classes)
      contents_.labels.push_back({each.id, each.name, each.name_de});
    onnx_ = in_precision(write_onnx(spec, model_.weights(), info,
                                    {{kContractKey, encode_contract(info.preprocessing)},
                                     {kLabelsKey, encode_labels(contents_.labels)},
                                     {kDataKey, info.data_digest}}),
                         options_.precision, options_.run, options_.root, info.preprocessing);
    contents_.name = options_.name;
    contents_.version = options_.version;
    contents_.made_by = SIGNPOST_VERSION;
    contents_.licence = options_.licence;
    contents_.preprocessing = info.preprocessing;
    contents_.network = info.network.name;
    contents_.parameters = spec.parameter_count();
    contents_.onnx = onnx_;
    golden_ = make_golden(options_.run, model_);
    if (options_.precision != "float32") answer_as_the_runner(onnx_, golden_);
    for (const Golden& each : golden_)
      contents_.golden.push_back({each.ppm, each.roi, each.tensor, each.probabilities});
    result_.golden = golden_.size();
  }

  void measure() {
    parity_ = compare_with_trainer(options_.run, options_.root, options_.parity_samples, model_,
                                   *classifier_);
    result_.compared = parity_.compared;
    result_.agreeing = parity_.agreeing;
    if (options_.precision != "float32") {
      compression_ = prove_compression(options_.run, options_.root, options_.parity_samples, model_,
                                       *classifier_);
      result_.cost = compression_->cost.line();
    }
    MeasureOptions measure;
    measure.manifest = (options_.run / "validation.ndjson").string();
    measure.root = options_.root;
    measure.jobs = options_.jobs;
    if (options_.robustness) measure.robustness = &robustness_;
    Rejects rejects("package", {.file = {}, .strict = true, .quiet = true});
    samples_ = measure_samples(classifier_, measure, rejects, progress_);
    progress_.finish();
    device_ = measure_device(unproven_.path());
    if (options_.abstain_accuracy > 0) {
      fit_ = fit_abstain(samples_->answers, contents_.labels.size(), options_.abstain_accuracy);
      contents_.abstain = fit_->abstain;
    }
    if (options_.pictures) pictures_ = card_pictures(samples_->evaluation);
    for (const DrawnPicture& each : pictures_) contents_.pictures.push_back({each.name, each.png});
    contents_.provenance = provenance_json(model_.info(), samples_->digest);
    contents_.metrics = metrics();
  }

  std::string metrics() const {
    Json json = Json::parse(samples_->evaluation.json());
    json.erase("worst");  // ids of photographs are no business of devices
    const Json trained = Json::parse(evaluation_, nullptr, false);
    if (!trained.is_object() || !trained.contains("accuracy"))
      throw Error(Blame::input, (options_.run / "evaluation.json").string() + ": is damaged");
    if (trained.contains("calibration")) json["calibration"] = trained["calibration"];
    json["trainer"] = {{"accuracy", trained["accuracy"]},
                       {"samples", parity_.compared},
                       {"agreeing", parity_.agreeing},
                       {"difference", parity_.difference}};
    if (compression_) json["compression"] = Json::parse(compression_->cost.json());
    if (fit_) json["abstain"] = Json::parse(fit_->json());
    if (options_.robustness) json["robustness"] = Json::parse(robustness_.json());
    return json.dump();
  }

  Measured measured() const {
    Measured measured;
    measured["min_parity_agreement"] = parity_.compared ? static_cast<double>(parity_.agreeing) /
                                                              static_cast<double>(parity_.compared)
                                                        : 0;
    measured["max_parity_difference"] = parity_.difference;
    if (compression_) {
      measured["min_reference_agreement"] = compression_->agreement();
      measured["max_reference_difference"] = compression_->difference;
    }
    add_figures(device_, measured);
    add_figures(contents_, measured);
    add_figures(samples_->evaluation, measured);
    if (fit_) {
      measured["min_coverage"] = fit_->abstain.coverage;
      if (fit_->accepted > 0) measured["min_accepted_accuracy"] = fit_->accuracy.value;
    }
    return measured;
  }

  void judge_gates() {
    const Measured measured = this->measured();
    contents_.gates.clear();
    result_.refusals.clear();
    for (const GateLimit& limit : limits_) {
      const auto found = measured.find(limit.name);
      if (found == measured.end()) {
        result_.refusals.push_back(limit.name + ": could not be measured here");
        continue;
      }
      const Gate gate = judge(limit, found->second);
      contents_.gates.push_back(gate);
      if (gate.passed) continue;
      std::string refusal = limit.name + ": " + gate_line(gate);
      if (limit.name == "min_parity_agreement") refusal += "; first " + parity_.first;
      if (limit.name == "min_reference_agreement") refusal += "; first " + compression_->first;
      if (limit.name == "needs_licence") refusal += "; name it by --licence";
      result_.refusals.push_back(std::move(refusal));
    }
    result_.gates = contents_.gates;
  }

  std::string card() const {
    CardFacts facts;
    facts.training = training_facts(model_.info());
    facts.intended_use = options_.intended_use;
    facts.calibration = calibration_sentence(evaluation_);
    facts.trainer_accuracy = nlohmann::json::parse(evaluation_).at("accuracy").get<double>();
    facts.device = &device_;
    facts.evaluation = &samples_->evaluation;
    facts.abstain = fit_ ? &*fit_ : nullptr;
    facts.robustness = options_.robustness ? &robustness_ : nullptr;
    return model_card(contents_, facts);
  }

  /// Writes the package with its gates and card in it. Its size stands in both, so it is written
  /// again until that is true.
  void write() {
    for (int attempt = 0; attempt < 8; ++attempt) {
      judge_gates();
      if (!result_.refusals.empty()) return;
      contents_.model_card = card();
      write_package(unproven_.path(), contents_, true);
      result_.bytes = fs::file_size(unproven_.path());
      if (device_.bytes == result_.bytes) return;
      device_.bytes = result_.bytes;
    }
    throw Error(Blame::environment, "the size of the package does not settle");
  }

  /// The signature first: whoever sees the package sees it signed.
  void publish() {
    if (options_.key) {
      const MappedFile package(unproven_.path());
      OutputFile signature(signature_path(options_.output), options_.force);
      signature.write(options_.key->sign(package.bytes(), signed_comment(options_.output)));
      signature.commit();
    }
    unproven_.rename_to(options_.output);
  }

  const PackageOptions& options_;
  Progress& progress_;
  const Unproven unproven_;
  RunModel model_;
  GateLimits limits_;
  std::string evaluation_;
  PackageContents contents_;
  PackageResult result_;
  Bytes onnx_;
  std::vector<Golden> golden_;
  std::shared_ptr<Classifier> classifier_;
  Parity parity_;
  std::optional<CompressionProof> compression_;
  std::optional<SampleMeasures> samples_;
  Robustness robustness_;
  DeviceMeasures device_;
  std::optional<AbstainFit> fit_;
  std::vector<DrawnPicture> pictures_;
};

}  // namespace

PackageResult package_run(const PackageOptions& given, Progress& progress) {
  PackageOptions options = given;
  name_package(options);
  refuse_existing(options.output, options.force);
  if (options.key) refuse_existing(signature_path(options.output), options.force);
  return Packaging(options, progress).run();
}

}  // namespace signpost
