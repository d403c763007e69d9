#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "curate/bootstrap.h"
#include "model/package.h"

namespace signpost {

/// What a network said of one labelled sample.
struct Answered {
  std::uint64_t group = 0;  ///< stable_hash of the track's name
  std::uint32_t target = 0, predicted = 0;
  float confidence = 0;
  bool right() const { return target == predicted; }
};

/// How thresholds were fitted, and what they do on tracks that they were not fitted on.
struct AbstainFit {
  Abstain abstain;  ///< its accuracy is the stated one, its coverage that on the other half
  std::size_t fitted_samples = 0, fitted_groups = 0;  ///< the half that they were fitted on
  std::size_t own = 0;                                ///< classes with a threshold of their own
  float pooled = 0;                                   ///< the threshold of all other classes
  std::size_t checked_samples = 0, checked_groups = 0, accepted = 0;  ///< the other half
  Interval accuracy;  ///< of the accepted ones there, over tracks; 0 to 0 where none was

  /// One JSON object.
  std::string json() const;
};

/// The thresholds above which predictions are right at the rate `stated` (Geifman and El-Yaniv,
/// "Selective classification for deep neural networks", NeurIPS 2017).
///
/// Half of the tracks of each class fit, the other half checks. Each class k gets the lowest
/// threshold at which (wrong + 1) / (accepted + 1) <= 1 - stated, over the predictions of k: the
/// one further mistake makes the rate hold for the next sample too, if samples were exchangeable
/// (Angelopoulos, Bates, Fisch, Lei, Schuster, "Conformal risk control", ICLR 2024). Frames of one
/// track are near-copies, so the other half says what really holds. A class with too few
/// predictions to reach that bound, or that never reaches it, takes the threshold fitted on all
/// classes together, and kNeverAccepted if there is none.
///
/// No threshold lies below the lowest confidence that was accepted: what is less sure than anything
/// seen is not accepted. Without answers, every threshold is kNeverAccepted.
AbstainFit fit_abstain(const std::vector<Answered>& answers, std::size_t classes, double stated);

/// Those of the tracks that `fit_abstain` checks on.
std::vector<Answered> checked_half(const std::vector<Answered>& answers);

/// What given thresholds do on answers: the share accepted, and how many of them are right.
struct AbstainCheck {
  std::size_t samples = 0, accepted = 0;
  Interval accuracy;
  double coverage() const {
    return samples ? static_cast<double>(accepted) / static_cast<double>(samples) : 0;
  }
};
AbstainCheck check_abstain(const std::vector<Answered>& answers, const Abstain& abstain);

}  // namespace signpost
