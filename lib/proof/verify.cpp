#include "proof/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json_text.h"
#include "model/signature.h"
#include "proof/measures.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

/// Two processors may differ on a sample that lies between two classes.
constexpr double kSameAccuracy = 0.001;

Check passed(std::string name, std::string note) {
  return {std::move(name), Check::Result::passed, std::move(note), {}, {}, {}};
}
Check failed(std::string name, std::string note) {
  return {std::move(name), Check::Result::failed, std::move(note), {}, {}, {}};
}
Check not_repeated(std::string name, std::string note) {
  return {std::move(name), Check::Result::not_repeated, std::move(note), {}, {}, {}};
}

/// The message without the path that the whole report is about.
std::string without_path(std::string message, const fs::path& path) {
  const std::string prefix = path.string();
  if (message.starts_with(prefix + ": ")) return message.substr(prefix.size() + 2);
  if (message.starts_with(prefix + "!")) return message.substr(prefix.size() + 1);
  return message;
}

class Verification {
 public:
  Verification(const VerifyOptions& options, Rejects& rejects, Progress& progress)
      : options_(options), rejects_(rejects), progress_(progress) {}

  std::vector<Check> run() {
    const MappedFile readable(options_.package);  // throws if it is not there
    if (!options_.public_key.empty()) key_ = read_public_key(options_.public_key);
    // The signature first: of what is forged nothing else is worth reading.
    signature();
    if (open() && network()) {
      if (!options_.samples.empty()) measure_stream();
      gates();
      if (samples_) same_samples();
    }
    return std::move(checks_);
  }

 private:
  void signature() {
    const fs::path beside = signature_path(options_.package);
    std::error_code error;
    if (!key_) {
      checks_.push_back(not_repeated(
          "signature", fs::exists(beside, error) ? "needs --pubkey" : "the package is not signed"));
      return;
    }
    try {
      const std::string comment = verify_file(options_.package, *key_);
      checks_.push_back(
          passed("signature", fmt::format("key {}, {}", key_number(key_->id), printable(comment))));
    } catch (const Error& problem) {
      checks_.push_back(failed("signature", without_path(problem.what(), options_.package)));
    }
  }

  static std::string printable(std::string text) {
    std::ranges::replace(text, '\t', ' ');
    return text;
  }

  bool open() {
    try {
      package_ = Package::open(options_.package);
    } catch (const Error& problem) {
      checks_.push_back(failed("structure", without_path(problem.what(), options_.package)));
      return false;
    }
    const PackageContents& contents = package_->contents();
    checks_.push_back(passed("structure", fmt::format("{}, {} labels, {}", package_->id(),
                                                      contents.labels.size(), contents.precision)));
    const std::string damage = package_->damage();
    checks_.push_back(damage.empty() ? passed("digests", "every member is as it was written")
                                     : failed("digests", damage));
    return true;
  }

  bool network() {
    const auto& golden = package_->contents().golden;
    try {
      classifier_ = std::make_shared<Classifier>(package_);
    } catch (const Error& problem) {
      const std::string what = without_path(problem.what(), options_.package);
      const bool ran = what.starts_with("golden vector ");
      if (ran) checks_.push_back(passed("contract", "file and network agree"));
      checks_.push_back(failed(ran ? "golden" : "contract", what));
      return false;
    }
    checks_.push_back(passed("contract", "file and network agree"));
    checks_.push_back(
        passed("golden", fmt::format("{} vectors give the same bytes and probabilities within {}",
                                     golden.size(), kGoldenTolerance)));
    return true;
  }

  void measure_stream() {
    MeasureOptions measure;
    measure.manifest = options_.samples;
    measure.root = options_.root;
    measure.split = options_.split;
    measure.jobs = options_.jobs;
    samples_ = measure_samples(classifier_, measure, rejects_, progress_);
    progress_.finish();
    const auto provenance = nlohmann::json::parse(package_->contents().provenance);
    const auto validation = provenance.find("validation");
    same_ = validation != provenance.end() && *validation == samples_->digest;
    add_figures(samples_->evaluation, measured_);
    if (package_->contents().abstain.thresholds.empty()) return;
    // The samples of the packaging: again on the half that the thresholds were not fitted on.
    const auto answers = same_ ? checked_half(samples_->answers) : samples_->answers;
    abstain_ = check_abstain(answers, package_->contents().abstain);
    add_figures(*abstain_, measured_);
  }

  void gates() {
    const PackageContents& contents = package_->contents();
    add_figures(measure_device(options_.package), measured_);
    add_figures(contents, measured_);
    const GateLimits limits = options_.gates.empty()
                                  ? gates_of(contents)
                                  : read_gates(options_.gates, contents.precision);
    for (const GateLimit& limit : limits) {
      Check check = gate_check(limit);
      const auto stated = std::ranges::find(contents.gates, limit.name, &Gate::name);
      if (stated != contents.gates.end()) check.stated = stated->measured;
      checks_.push_back(std::move(check));
    }
    if (abstain_) {
      checks_.push_back(
          passed("thresholds",
                 fmt::format("{:.2f} % of {} accepted, of these {:.2f} % right; stated {:.2f} "
                             "%",
                             100 * abstain_->coverage(), abstain_->samples,
                             100 * abstain_->accuracy.value, 100 * contents.abstain.accuracy)));
    }
  }

  Check gate_check(const GateLimit& limit) const {
    const auto measured = measured_.find(limit.name);
    if (measured == measured_.end()) {
      Check check = not_repeated(limit.name, why_not(limit.name));
      check.limit = limit.limit;
      return check;
    }
    const Gate gate = judge(limit, measured->second);
    return {limit.name,      gate.passed ? Check::Result::passed : Check::Result::failed,
            gate_line(gate), gate.measured,
            gate.limit,      {}};
  }

  std::string why_not(std::string_view name) const {
    if (name.find("_parity_") != name.npos || name.find("_reference_") != name.npos)
      return "needs the run and its trainer: signpost package";
    if (name == "max_peak_memory_mib") return "this system does not tell";
    if (samples_) return "no prediction was accepted";
    return "needs --samples";
  }

  /// Accuracy on the samples of the packaging.
  void same_samples() {
    if (!same_) {
      checks_.push_back(
          not_repeated("same_samples", "these are other samples than those of the packaging"));
      return;
    }
    const auto metrics = nlohmann::json::parse(package_->contents().metrics);
    const auto stated = metrics.find("accuracy");
    const double measured = samples_->evaluation.accuracy();
    if (stated == metrics.end() || !stated->is_number()) {
      checks_.push_back(not_repeated("same_samples", "the package states no accuracy"));
      return;
    }
    Check check = passed("same_samples",
                         fmt::format("accuracy {:.2f} % on the samples of the packaging, stated "
                                     "{:.2f} %",
                                     100 * measured, 100 * stated->get<double>()));
    if (std::abs(measured - stated->get<double>()) > kSameAccuracy)
      check.result = Check::Result::failed;
    check.measured = measured;
    check.stated = stated->get<double>();
    checks_.push_back(std::move(check));
  }

  const VerifyOptions& options_;
  Rejects& rejects_;
  Progress& progress_;
  std::vector<Check> checks_;
  std::optional<PublicKey> key_;
  std::shared_ptr<const Package> package_;
  std::shared_ptr<Classifier> classifier_;
  std::optional<SampleMeasures> samples_;
  std::optional<AbstainCheck> abstain_;
  bool same_ = false;
  Measured measured_;
};

constexpr std::array kResults{"passed", "failed", "not_repeated"};

const char* result_name(Check::Result result) { return kResults[static_cast<std::size_t>(result)]; }

}  // namespace

std::vector<Check> verify_package(const VerifyOptions& options, Rejects& rejects,
                                  Progress& progress) {
  return Verification(options, rejects, progress).run();
}

bool any_failed(const std::vector<Check>& checks) {
  return std::ranges::any_of(
      checks, [](const Check& check) { return check.result == Check::Result::failed; });
}

std::string checks_json(const std::vector<Check>& checks) {
  std::string out;
  for (const Check& check : checks) {
    out += "{\"check\":" + json_string(check.name) + ",\"result\":\"";
    out += result_name(check.result);
    out += "\",\"note\":" + json_string(check.note);
    const auto number = [&](const char* key, const std::optional<double>& value) {
      if (!value) return;
      out += std::string(",\"") + key + "\":";
      append_json_number(out, *value);
    };
    number("measured", check.measured);
    number("limit", check.limit);
    number("stated", check.stated);
    out += "}\n";
  }
  return out;
}

std::string checks_text(const std::vector<Check>& checks) {
  std::size_t width = 22;
  for (const Check& check : checks) width = std::max(width, check.name.size());
  std::string out;
  for (const Check& check : checks) {
    std::string result = result_name(check.result);
    std::ranges::replace(result, '_', ' ');
    out += fmt::format("{:<{}} {:<12} {}\n", check.name, width, result, check.note);
  }
  return out;
}

}  // namespace signpost
