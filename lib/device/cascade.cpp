#include "device/cascade.h"

#include <set>

#include "base/error.h"
#include "device/answer.h"
#include "model/signature.h"

namespace signpost {
namespace {

std::set<int> classes(const Classifier& classifier) {
  std::set<int> ids;
  for (const Label& label : classifier.labels()) ids.insert(label.id);
  return ids;
}

Classifier open_one(const std::filesystem::path& path, const std::string& key) {
  if (key.empty()) return Classifier::open(path);
  return Classifier(Package::open_signed(path, read_public_key(key)));
}

Verdict ask(Classifier& classifier, const Image& image, const Box& roi) {
  Verdict verdict;
  verdict.package = &classifier.package();
  verdict.probabilities = classifier.classify(image, roi);
  verdict.best = highest(verdict.probabilities, 1).front();
  verdict.abstain = abstains(*verdict.package, verdict.best, verdict.confidence());
  return verdict;
}

}  // namespace

Cascade Cascade::open(const CascadeOptions& options) {
  Classifier first = open_one(options.package, options.public_key);
  std::optional<Classifier> second;
  if (!options.large.empty()) {
    if (!options.below && first.package().contents().abstain.thresholds.empty()) {
      throw Error(Blame::usage, options.package.string() +
                                    ": has no thresholds that say where it is unsure; pass "
                                    "--cascade-below");
    }
    second = open_one(options.large, options.public_key);
    if (classes(first) != classes(*second)) {
      throw Error(Blame::input, options.package.string() + " and " + options.large.string() +
                                    " know different classes; a cascade takes two packages of one "
                                    "catalogue");
    }
  }
  return {std::move(first), std::move(second), options.below, options.accept_all};
}

Cascade Cascade::twin() const {
  return {first_.twin(), second_ ? std::optional(second_->twin()) : std::nullopt, below_,
          accept_all_};
}

std::string Cascade::refusal(const Image& image, const Box& roi) const {
  std::string wrong = first_.refusal(image, roi);
  return wrong.empty() && second_ ? second_->refusal(image, roi) : wrong;
}

Verdict Cascade::classify(const Image& image, const Box& roi) {
  Verdict verdict = ask(first_, image, roi);
  if (second_) {
    const bool unsure =
        below_ ? !(verdict.confidence() >= *below_) : verdict.abstain.value_or(true);
    if (unsure) verdict = ask(*second_, image, roi);
  }
  if (accept_all_) verdict.abstain.reset();
  return verdict;
}

}  // namespace signpost
