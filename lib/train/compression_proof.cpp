#include "train/compression_proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/rejects.h"
#include "device/engine.h"
#include "image/render.h"
#include "sample/stream.h"
#include "train/onnx_reference.h"

namespace signpost {
namespace {

constexpr std::size_t kBatch = 64;
constexpr float kSame = 1e-3f, kNear = 0.1f;
constexpr double kNearShare = 0.25;

struct Apart {
  bool other_label = false;
  float most = 0;
};

Apart apart(std::span<const float> a, std::span<const float> b) {
  Apart result;
  result.other_label =
      std::ranges::max_element(a) - a.begin() != std::ranges::max_element(b) - b.begin();
  for (std::size_t c = 0; c < a.size(); ++c)
    result.most = std::max(result.most, std::abs(a[c] - b[c]));
  return result;
}

/// Gathers samples and computes them in batches.
class Prover {
 public:
  Prover(RunModel& model, ByteView onnx, const std::string& precision)
      : model_(model),
        ids_(model.info().class_ids()),
        engine_(onnx, "the " + precision + " network"),
        reference_(onnx),
        int8_(precision == "int8"),
        proof_{CompressionCost(precision, ids_, model.info().class_names())} {}

  void add(Sample sample, const Image& photograph, bool with_reference) {
    const Preprocessing& preprocessing = model_.info().preprocessing;
    const std::size_t bytes = engine_.input_size() * engine_.input_size() * 3;
    tensors_.resize(tensors_.size() + bytes);
    preprocess(photograph, box_of(sample, photograph), preprocessing,
               std::span(tensors_).last(bytes));
    samples_.push_back(std::move(sample));
    with_reference_.push_back(with_reference);
    if (samples_.size() == kBatch) run();
  }

  CompressionProof finish() {
    if (!samples_.empty()) run();
    const std::uint64_t differing = proof_.compared - proof_.agreeing;
    const double allowed = int8_ ? kNearShare * static_cast<double>(proof_.compared) : 0;
    if (proof_.refusal.empty() && static_cast<double>(differing) > allowed) {
      proof_.refusal =
          fmt::format("the runner differs from the reference on {} of {} images, for one {}",
                      differing, proof_.compared, first_);
    }
    return std::move(proof_);
  }

 private:
  void run() {
    stop_if_interrupted();
    const std::size_t count = samples_.size(), classes = ids_.size(),
                      bytes = tensors_.size() / count;
    std::vector<float> trained(count * classes), ran(classes), expected(classes);
    model_.predict(tensors_, count, trained);
    for (std::size_t k = 0; k < count; ++k) {
      const std::span<const std::uint8_t> tensor = std::span(tensors_).subspan(k * bytes, bytes);
      engine_.run(tensor, ran);
      const Sample& sample = samples_[k];
      const auto target = std::ranges::find(ids_, sample.label.value_or(-1));
      if (target != ids_.end()) {
        proof_.cost.add(static_cast<std::size_t>(target - ids_.begin()),
                        sample.group.empty() ? sample.id : sample.group,
                        std::span(trained).subspan(k * classes, classes), ran);
      }
      if (!with_reference_[k]) continue;
      reference_.predict(tensor, 1, expected);
      compare(sample.id, expected, ran);
    }
    samples_.clear();
    tensors_.clear();
    with_reference_.clear();
  }

  void compare(const std::string& id, std::span<const float> expected, std::span<const float> ran) {
    const Apart by = apart(expected, ran);
    ++proof_.compared;
    if (!by.other_label && by.most <= kSame) {
      ++proof_.agreeing;
      return;
    }
    const std::string what = fmt::format("{}: probabilities apart by {:.2g}{}", id, by.most,
                                         by.other_label ? ", and another label" : "");
    if (first_.empty()) first_ = what;
    if (by.most > kNear && proof_.refusal.empty())
      proof_.refusal = "the runner differs from the reference on " + what;
  }

  RunModel& model_;
  const std::vector<int> ids_;
  Engine engine_;
  OnnxReference reference_;
  const bool int8_;
  CompressionProof proof_;
  std::string first_;
  std::vector<Sample> samples_;
  std::vector<std::uint8_t> tensors_;
  std::vector<bool> with_reference_;
};

}  // namespace

CompressionProof prove_compression(RunModel& model, ByteView onnx, const std::string& precision,
                                   const std::filesystem::path& run,
                                   const std::filesystem::path& root,
                                   std::uint64_t parity_samples) {
  Prover prover(model, onnx, precision);
  const std::uint64_t all = model.info().validation_samples;
  const std::uint64_t every =
      parity_samples == 0 ? 1 : std::max<std::uint64_t>(1, all / parity_samples);
  Rejects rejects("package", {.file = {}, .strict = true, .quiet = true});
  SampleReader reader((run / "validation.ndjson").string(), rejects);
  const Renderer renderer(root);
  Image photograph;
  std::uint64_t index = 0;
  for (Sample sample; reader.next(sample); ++index) {
    std::string wrong;
    if (!renderer.decode(sample, photograph, wrong)) {
      throw Error(Blame::input,
                  wrong + "; the validation images are needed to prove the package (--root?)");
    }
    prover.add(sample, photograph, index % every == 0);
  }
  return prover.finish();
}

}  // namespace signpost
