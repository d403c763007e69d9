#include "train/compression_proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/rejects.h"
#include "image/render.h"
#include "sample/stream.h"
#include "train/onnx_reference.h"

namespace signpost {
namespace {

constexpr std::size_t kBatch = 64;
constexpr float kSame = 1e-3f;

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

/// Gathers samples and asks all about a batch at a time.
class Prover {
 public:
  Prover(RunModel& model, Classifier& classifier)
      : model_(model),
        classifier_(classifier),
        reference_(classifier.package().contents().onnx),
        ids_(model.info().class_ids()),
        proof_{CompressionCost(classifier.package().contents().precision, ids_,
                               model.info().class_names())} {}

  void add(Sample sample, const Image& photograph, bool with_reference) {
    const Preprocessing& preprocessing = model_.info().preprocessing;
    const auto side = static_cast<std::size_t>(preprocessing.size);
    const std::size_t bytes = side * side * 3;
    tensors_.resize(tensors_.size() + bytes);
    preprocess(photograph, box_of(sample, photograph), preprocessing,
               std::span(tensors_).last(bytes));
    samples_.push_back(std::move(sample));
    with_reference_.push_back(with_reference);
    if (samples_.size() == kBatch) ask();
  }

  CompressionProof finish() {
    if (!samples_.empty()) ask();
    return std::move(proof_);
  }

 private:
  void ask() {
    stop_if_interrupted();
    const std::size_t count = samples_.size(), classes = ids_.size(),
                      bytes = tensors_.size() / count;
    std::vector<float> trained(count * classes), ran(count * classes), expected(classes);
    model_.predict(tensors_, count, trained);
    classifier_.classify_tensors(tensors_, ran);
    for (std::size_t k = 0; k < count; ++k) {
      const Sample& sample = samples_[k];
      const std::span<const float> runner = std::span(ran).subspan(k * classes, classes);
      const auto target = std::ranges::find(ids_, sample.label.value_or(-1));
      if (target != ids_.end()) {
        proof_.cost.add(static_cast<std::size_t>(target - ids_.begin()),
                        sample.group.empty() ? sample.id : sample.group,
                        std::span(trained).subspan(k * classes, classes), runner);
      }
      if (!with_reference_[k]) continue;
      reference_.predict(std::span(tensors_).subspan(k * bytes, bytes), 1, expected);
      compare(sample.id, expected, runner);
    }
    samples_.clear();
    tensors_.clear();
    with_reference_.clear();
  }

  void compare(const std::string& id, std::span<const float> expected, std::span<const float> ran) {
    const Apart by = apart(expected, ran);
    ++proof_.compared;
    proof_.difference = std::max(proof_.difference, double{by.most});
    if (!by.other_label && by.most <= kSame) {
      ++proof_.agreeing;
    } else if (proof_.first.empty()) {
      proof_.first = fmt::format("{}: probabilities apart by {:.2g}{}", id, by.most,
                                 by.other_label ? ", and another label" : "");
    }
  }

  RunModel& model_;
  Classifier& classifier_;
  OnnxReference reference_;
  const std::vector<int> ids_;
  CompressionProof proof_;
  std::vector<Sample> samples_;
  std::vector<std::uint8_t> tensors_;
  std::vector<bool> with_reference_;
};

}  // namespace

CompressionProof prove_compression(const std::filesystem::path& run,
                                   const std::filesystem::path& root, std::uint64_t wanted,
                                   RunModel& model, Classifier& classifier) {
  Prover prover(model, classifier);
  const std::uint64_t every =
      wanted == 0 ? 1 : std::max<std::uint64_t>(1, model.info().validation_samples / wanted);
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
