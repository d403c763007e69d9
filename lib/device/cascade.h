#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "device/classifier.h"

namespace signpost {

/// What was made of one image.
struct Verdict {
  const Package* package = nullptr;  ///< that answered; lives as long as the Cascade
  std::vector<float> probabilities;  ///< one for each of its labels
  std::size_t best = 0;              ///< the output with the highest
  std::optional<bool> abstain;       ///< by the package's thresholds; nothing if it has none

  float confidence() const { return probabilities[best]; }
  const Label& label() const { return package->contents().labels[best]; }
};

struct CascadeOptions {
  std::filesystem::path package;
  std::filesystem::path large;  ///< empty: `package` answers everything
  /// With `large`: it is asked where the first one's confidence is under this. Nothing: where the
  /// first one's thresholds say so.
  std::optional<float> below;
  /// Not empty: packages must be signed by this key, a text or a file (model/signature.h).
  std::string public_key = {};
  bool accept_all = false;  ///< verdicts say nothing of thresholds
};

/// One package that answers, or a small one and a large one that is asked where the small one is
/// unsure (section VI of Creus, Martínez-Fernández and Franch). Both have proven themselves before
/// the first answer. For one thread at a time; `twin` gives another thread its own.
class Cascade {
 public:
  /// Throws Error{input} if a package is refused (device/classifier.h, its signature) or the two do
  /// not know the same classes, Error{usage} if nothing says where the small one is unsure.
  static Cascade open(const CascadeOptions& options);
  Cascade twin() const;

  /// The package that is asked first.
  const Package& package() const { return first_.package(); }

  /// As Classifier::refusal, for all packages.
  std::string refusal(const Image& image, const Box& roi) const;

  /// Throws Error{input} with `refusal`.
  Verdict classify(const Image& image, const Box& roi);

 private:
  Cascade(Classifier first, std::optional<Classifier> second, std::optional<float> below,
          bool accept_all)
      : first_(std::move(first)),
        second_(std::move(second)),
        below_(below),
        accept_all_(accept_all) {}

  Classifier first_;
  std::optional<Classifier> second_;
  std::optional<float> below_;
  bool accept_all_;
};

}  // namespace signpost
