#include "train/parity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "base/rejects.h"
#include "image/render.h"
#include "sample/stream.h"

namespace signpost {
namespace {

constexpr std::size_t kBatch = 128;

/// Gathers images and asks both about a batch at a time.
class Comparison {
 public:
  Comparison(RunModel& model, Classifier& classifier) : model_(model), classifier_(classifier) {}

  /// The tensor to fill in for the next image.
  std::span<std::uint8_t> next(const std::string& id) {
    if (ids_.size() == kBatch) ask();
    const auto side = static_cast<std::size_t>(model_.info().preprocessing.size);
    ids_.push_back(id);
    tensors_.resize(tensors_.size() + side * side * 3);
    return std::span(tensors_).last(side * side * 3);
  }

  Parity finish() {
    if (!ids_.empty()) ask();
    return std::move(parity_);
  }

 private:
  void ask() {
    const std::size_t classes = model_.info().classes.size();
    trained_.resize(ids_.size() * classes);
    ran_.resize(trained_.size());
    model_.predict(tensors_, ids_.size(), trained_);
    classifier_.classify_tensors(tensors_, ran_);
    for (std::size_t k = 0; k < ids_.size(); ++k) {
      compare(ids_[k], std::span(trained_).subspan(k * classes, classes),
              std::span(ran_).subspan(k * classes, classes));
    }
    ids_.clear();
    tensors_.clear();
  }

  void compare(const std::string& id, std::span<const float> trained, std::span<const float> ran) {
    const auto& classes = model_.info().classes;
    const auto best = static_cast<std::size_t>(std::ranges::max_element(trained) - trained.begin());
    const auto got = static_cast<std::size_t>(std::ranges::max_element(ran) - ran.begin());
    double apart = 0;
    for (std::size_t c = 0; c < trained.size(); ++c)
      apart = std::max(apart, std::abs(static_cast<double>(trained[c]) - ran[c]));
    ++parity_.compared;
    parity_.difference = std::max(parity_.difference, apart);
    if (best == got) {
      ++parity_.agreeing;
    } else if (parity_.first.empty()) {
      parity_.first = fmt::format(
          "{}: the trainer says class {}, the runner {} (probabilities apart by {:.2g})", id,
          classes[best].id, classes[got].id, apart);
    }
  }

  RunModel& model_;
  Classifier& classifier_;
  std::vector<std::string> ids_;
  std::vector<std::uint8_t> tensors_;
  std::vector<float> trained_, ran_;
  Parity parity_;
};

}  // namespace

Parity compare_with_trainer(const std::filesystem::path& run, const std::filesystem::path& root,
                            std::uint64_t wanted, RunModel& model, Classifier& classifier) {
  const RunInfo& info = model.info();
  const std::uint64_t every =
      wanted == 0 ? 1 : std::max<std::uint64_t>(1, info.validation_samples / wanted);
  Rejects rejects("package", {.file = {}, .strict = true, .quiet = true});
  SampleReader reader((run / "validation.ndjson").string(), rejects);
  const Renderer renderer(root);
  Comparison comparison(model, classifier);
  Sample sample;
  Image photograph;
  for (std::uint64_t i = 0; reader.next(sample); ++i) {
    if (i % every != 0) continue;
    std::string wrong;
    if (!renderer.decode(sample, photograph, wrong)) {
      throw Error(Blame::input,
                  wrong + "; the validation images are needed to prove the package (--root?)");
    }
    preprocess(photograph, box_of(sample, photograph), info.preprocessing,
               comparison.next(sample.id));
  }
  return comparison.finish();
}

}  // namespace signpost
