#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sample/sample.h"

namespace signpost {

/// What a model said of an image.
struct Prediction {
  std::string model;  ///< NAME-VERSION; empty if unknown
  int label = 0;
  std::optional<double> confidence;  ///< 0 to 1
  std::string top;                   ///< a JSON array of the best classes; empty for none
};

/// Where an image was taken: WGS 84, degrees.
struct Place {
  double latitude = 0;   ///< -90 to 90
  double longitude = 0;  ///< -180 to 180
  bool operator==(const Place&) const = default;
};

/// What comes with an image. Empty text is unknown.
struct Submission {
  std::string file;    ///< the name it came under
  std::string device;  ///< who saw it
  std::string group;   ///< the physical sign
  std::optional<Prediction> prediction;
  std::string taken = {};           ///< as parse_time takes it; admitted as UTC
  std::optional<Place> place = {};  ///< admitted as the store's place policy rounds it
  /// What the user of the device says that it shows, which becomes an annotation of his, and where
  /// in the image. A region alone says nothing.
  std::optional<int> user_label = {};
  std::optional<Roi> roi = {};
};

/// An image that has been checked, with all that can be told of it without the store.
struct StagedCapture {
  Submission submission;
  std::vector<std::uint8_t> content;
  std::string sha256, media_type;
  int width = 0, height = 0;
  std::uint64_t pixels = 0;  ///< 63 bits of the SHA-256 of the size and the decoded pixels
  std::uint64_t hash = 0;    ///< perceptual: Fingerprint
  std::array<std::uint8_t, 256> thumbnail{};
};

/// How the store answered.
struct Admission {
  std::string capture;  ///< the short id
  bool is_new = false;
  std::string wrong;  ///< not empty: refused, and why
  /// Why it was refused.
  enum class Refusal {
    none,
    conflict,  ///< contradicts what is known of the same image
    purged     ///< was purged and stays away
  } refusal = Refusal::none;
};

/// What an annotator says of a capture.
struct Annotation {
  std::string capture;  ///< at least 6 digits of its SHA-256, or "capture/…", its id as a sample
  std::string annotator;
  std::string verdict;       ///< "label", "reject" or "unsure"
  std::optional<int> label;  ///< for "label" alone
  std::optional<Roi> roi;    ///< for all but "reject"
  std::string note;
  bool blind = false;                    ///< made without seeing what others had said
  std::optional<int> milliseconds = {};  ///< from sight to verdict
  /// Made by whoever sends it, unlike any other of the annotator's; empty: none. What comes again
  /// under the same name is answered as it was, and changes nothing.
  std::string request = {};
  /// Of a capture that the queue gave out: refused if it needs no more labels, or has his already.
  bool queued = false;
};

/// An annotation that an annotator takes back.
struct Withdrawal {
  std::string annotator;
  std::string of = {};       ///< the request that made it; empty: his last one
  std::string request = {};  ///< as in Annotation
  int lease_seconds = 900;
};

struct AnnotationAnswer {
  std::string capture;  ///< the short id
  std::int64_t annotation = 0;
  std::string wrong;  ///< not empty: refused, and why
};

/// A capture as it is now: with its last prediction and the annotation that decides.
struct CaptureState {
  std::int64_t id = 0;  ///< the order of arrival
  std::string sha256, media_type, received, taken, file, device, group;
  std::optional<Place> place;
  int width = 0, height = 0;
  std::int64_t bytes = 0;
  std::string status;  ///< one of kCaptureStatuses
  std::optional<Prediction> prediction;
  int opinions = 0;                ///< annotators who stand behind a label or a reject
  int wanted = 1;                  ///< how many it needs
  std::int64_t review_id = 0;      ///< the reviewer's decision that stands; 0: none
  std::int64_t annotation_id = 0;  ///< 0: none
  Annotation annotation;           ///< `capture` is empty here
  std::string annotated;           ///< when
  bool flagged = false;            ///< equals an image of a known data set
};

/// new: nobody has said anything. labelled, rejected, unsure: what the standing opinions say.
/// disputed: they differ. accepted: a reviewer agreed to a label, or decided on one.
inline constexpr const char* kCaptureStatuses[] = {"new",      "labelled", "accepted",
                                                   "disputed", "rejected", "unsure"};

enum class CaptureOrder {
  newest,     ///< last come, first shown
  uncertain,  ///< lowest confidence first; those without a prediction last
  by_class,   ///< by predicted class, then as uncertain
  random,     ///< by SHA-256, from a place that the seed draws
  digest      ///< by SHA-256: the same whatever the order of arrival
};

/// All that is given must hold.
struct CaptureFilter {
  std::vector<std::string> statuses = {};  ///< any of them; empty: all
  std::optional<int> label =
      {};  ///< of the deciding annotation or, if that gives none, of the prediction
  std::optional<int> predicted = {};
  std::string device = {}, model = {}, group = {}, annotator = {};
  std::string since = {}, until = {};  ///< by `received`, UTC; until is exclusive
  std::optional<double> min_confidence = {}, max_confidence = {};
  std::optional<bool> flagged = {};
  std::optional<bool> disagrees = {};  ///< with the prediction, where both name a class
  std::optional<bool> similar = {};    ///< linked to another capture
  std::optional<std::int64_t> limit = {};
  CaptureOrder order = CaptureOrder::newest;
  std::uint64_t seed = 0;  ///< for CaptureOrder::random
};

/// The first 16 digits of a SHA-256 name a capture; the store admits no two that share them.
inline constexpr std::size_t kShortDigits = 16;
inline std::string short_id(const std::string& sha256) { return sha256.substr(0, kShortDigits); }

}  // namespace signpost
