#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace signpost {

/// One annotator's work.
struct AnnotatorFigures {
  std::string annotator;
  std::int64_t annotations = 0;  ///< without those withdrawn
  std::int64_t withdrawn = 0;
  std::int64_t reviewed = 0, refused = 0;  ///< by a second person; of those, found wrong
  std::optional<double> median_ms = {};    ///< where it was told
  std::optional<double> per_minute = {};   ///< from the median
};

/// Two annotators on the captures that both labelled blind.
struct PairAgreement {
  std::string first, second;
  std::int64_t captures = 0;
  double agreement = 0;         ///< share on which they say the same
  std::optional<double> kappa;  ///< Cohen's
};

struct StoreFigures {
  std::int64_t captures = 0, bytes = 0, flagged = 0, similar = 0, purged = 0;
  std::map<std::string, std::int64_t> by_status;          ///< every status, 0 included
  std::map<int, std::int64_t> by_class;                   ///< labelled or accepted
  std::map<std::string, std::int64_t> by_device;          ///< "" for unknown
  std::int64_t predicted_right = 0, predicted_wrong = 0;  ///< of those labelled and predicted
  std::vector<AnnotatorFigures> annotators;
  std::vector<PairAgreement> pairs;
  /// Fleiss' kappa over the captures that the commonest number of people, over one, labelled blind.
  std::optional<double> fleiss_kappa;
  std::int64_t fleiss_captures = 0, fleiss_raters = 0;
};

}  // namespace signpost
