#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "sample/sample.h"
#include "store/database.h"
#include "store/image_folder.h"

namespace signpost {

/// What a model said of an image.
struct Prediction {
  std::string model;  ///< NAME-VERSION; empty if unknown
  int label = 0;
  std::optional<double> confidence;  ///< 0 to 1
  std::string top;                   ///< a JSON array of the best classes; empty for none
};

/// What comes with an image. Empty text is unknown.
struct Submission {
  std::string file;    ///< the name it came under
  std::string device;  ///< who saw it
  std::string group;   ///< the physical sign
  std::optional<Prediction> prediction;
};

/// An image that has been checked and written aside, but is no capture yet.
struct StagedCapture {
  Submission submission;
  std::string sha256, media_type;
  int width = 0, height = 0;
  std::int64_t bytes = 0;
};

/// How the store answered.
struct Admission {
  std::string capture;  ///< the short id
  bool is_new = false;
  std::string wrong;  ///< not empty: refused, and why
};

/// What an annotator says of a capture.
struct Annotation {
  std::string capture;  ///< at least 6 digits of its SHA-256, or "capture/…", its id as a sample
  std::string annotator;
  std::string verdict;       ///< "label", "reject" or "unsure"
  std::optional<int> label;  ///< for "label" alone
  std::optional<Roi> roi;    ///< for all but "reject"
  std::string note;
};

struct AnnotationAnswer {
  std::string capture;  ///< the short id
  std::int64_t annotation = 0;
  std::string wrong;  ///< not empty: refused, and why
};

/// A capture as it is now: with its last prediction and its last annotation.
struct CaptureState {
  std::string sha256, media_type, received, file, device, group;
  int width = 0, height = 0;
  std::string status;  ///< one of kCaptureStatuses
  std::optional<Prediction> prediction;
  std::int64_t annotation_id = 0;  ///< 0: none
  Annotation annotation;           ///< `capture` is empty here
  std::string annotated;           ///< when
};

inline constexpr const char* kCaptureStatuses[] = {"new", "labelled", "rejected", "unsure"};

enum class CaptureOrder {
  newest,     ///< last come, first shown
  uncertain,  ///< lowest confidence first; those without a prediction last
  digest      ///< by SHA-256: the same whatever the order of arrival
};

struct CaptureFilter {
  std::string status = {};  ///< empty: all
  std::optional<int> label =
      {};  ///< of the last annotation or, if that gives none, of the prediction
  std::optional<std::int64_t> limit = {};
  CaptureOrder order = CaptureOrder::newest;
};

/// The first 16 digits of a SHA-256 name a capture; the store admits no two that share them.
inline constexpr std::size_t kShortDigits = 16;
inline std::string short_id(const std::string& sha256) { return sha256.substr(0, kShortDigits); }

/// Captures, predictions and annotations: schema/0001_captures.sql. Images lie in the folder
/// NAME.images beside the database NAME. For one thread at a time; any number of programs may use
/// one store at once.
class CaptureStore {
 public:
  /// Opens the store and brings its schema up to date. Throws as Database does.
  CaptureStore(const std::filesystem::path& path, Database::Missing missing);

  /// Checks an image and writes it aside. Returns nothing, and says in `wrong` what is the matter,
  /// if it is no image that decodes whole, or the submission is not sound. Takes no lock. Each
  /// staged image keeps a file open until `admit`, so admit at least every few hundred.
  std::optional<StagedCapture> stage(Submission submission, ByteView image, std::string& wrong);

  /// Makes captures of staged images: first the files, then, in one transaction, their rows, all of
  /// it on the disk when this returns; answers in their order. Dying between the two leaves files
  /// that nothing refers to, and no harm.
  /// An image that is there already stays the capture it is: a device or group that
  /// was unknown is filled in, one that contradicts is refused, and a prediction other than the
  /// last one is added.
  std::vector<Admission> admit(std::span<const StagedCapture> staged);

  /// Appends annotations in one transaction, on the disk when this returns; answers in their order.
  /// Unsound ones are refused one by one, the others stay.
  std::vector<AnnotationAnswer> annotate(std::span<const Annotation> annotations);

  /// Calls `use` for each capture that passes `filter`, all as of one moment.
  void each(const CaptureFilter& filter, const std::function<void(const CaptureState&)>& use);

  /// Where the images are, seen from the working folder if the store's path was relative.
  const std::filesystem::path& image_folder() const { return images_.folder(); }

  /// Where the bytes of a capture are in that folder.
  static std::filesystem::path image_name(const CaptureState& capture);

  /// A file over this is refused unread.
  static constexpr std::int64_t kMaxImageBytes = std::int64_t{512} << 20;

 private:
  Admission admit_one(const StagedCapture& staged, const std::string& now);
  std::string fill_in(std::int64_t capture, const Submission& submission, const std::string& now);
  void know_device(const std::string& name, const std::string& now);
  void predict(std::int64_t capture, const Prediction& prediction, const std::string& now);
  AnnotationAnswer annotate_one(const Annotation& annotation, const std::string& now);

  Database database_;
  ImageFolder images_;
};

}  // namespace signpost
