#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/capture.h"

namespace signpost {

/// An annotation as it was made. `verdict` may also be "withdraw".
struct AnnotationRecord {
  std::int64_t id = 0;
  std::string created;
  std::string mode;            ///< open, blind or adjudication
  std::int64_t withdraws = 0;  ///< 0: none
  bool stands = false;         ///< counts for what the capture is now
  Annotation annotation;       ///< `capture` is empty here
};

/// What a second person decides.
struct Review {
  std::string capture;          ///< as in Annotation
  std::int64_t annotation = 0;  ///< which is meant; 0: the one that decides now
  std::string reviewer;
  std::string decision;  ///< "accept", "reject" or "adjudicate"
  /// For "adjudicate" without `annotation`: the truth, in the reviewer's own words. A label, or
  /// nothing for a capture that is not usable.
  std::optional<int> label = {};
  std::optional<Roi> roi = {};
  std::string note = {};
};

struct ReviewAnswer {
  std::string capture;  ///< the short id
  std::int64_t review = 0, annotation = 0;
  std::string wrong;  ///< not empty: refused, and why
};

struct ReviewRecord {
  std::int64_t id = 0, annotation = 0;
  std::string created, reviewer, decision, note;
};

struct PredictionRecord {
  std::string created;
  Prediction prediction;
};

/// Another capture that looks like one.
struct SimilarCapture {
  std::string capture;  ///< the short id
  double similarity = 0;
};

/// An image of a data set that equals a capture.
struct KnownMatch {
  std::string source, sample, split;
};

/// All that is known of one capture, in the order in which it came.
struct CaptureHistory {
  CaptureState state;
  std::vector<PredictionRecord> predictions;
  std::vector<AnnotationRecord> annotations;
  std::vector<ReviewRecord> reviews;
  std::vector<SimilarCapture> similar;
  std::vector<KnownMatch> known;
};

}  // namespace signpost
