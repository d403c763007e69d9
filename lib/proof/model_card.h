#pragma once

#include <optional>
#include <string>
#include <vector>

#include "curate/evaluation.h"
#include "curate/robustness.h"
#include "model/package.h"
#include "proof/abstain.h"
#include "proof/measures.h"

namespace signpost {

/// What a model card tells besides what stands in the package. Pointers may be null where nothing
/// was measured.
struct CardFacts {
  /// Name and value, for people: how it was trained, on what.
  std::vector<std::pair<std::string, std::string>> training;
  std::string intended_use;                ///< empty: what every such network is for
  std::string calibration;                 ///< a sentence on the temperature, or nothing
  std::optional<double> trainer_accuracy;  ///< in float32, on the same samples
  const DeviceMeasures* device = nullptr;
  const Evaluation* evaluation = nullptr;
  const AbstainFit* abstain = nullptr;
  const Robustness* robustness = nullptr;
};

/// MODEL_CARD.md, in the order of Mitchell, Wu, Zaldivar, Barnes, Vasserman, Hutchinson, Spitzer,
/// Raji, Gebru, "Model cards for model reporting", FAT* 2019. Every figure comes from a
/// measurement.
std::string model_card(const PackageContents& contents, const CardFacts& facts);

/// The pictures that the card shows: the samples on which the network did worst, as it saw them.
struct DrawnPicture {
  std::string name;  ///< "card/NAME.png"
  Bytes png;
};
std::vector<DrawnPicture> card_pictures(const Evaluation& evaluation);

}  // namespace signpost
