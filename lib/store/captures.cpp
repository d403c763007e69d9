#include "store/captures.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "base/digest.h"
#include "base/error.h"
#include "codecs/decode.h"
#include "sample/catalogue.h"
#include "store/migrate.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

struct MediaType {
  const char* name;
  const char* ending;
  std::string_view magic;
};

constexpr std::array kMediaTypes = {
    MediaType{"image/png", ".png", "\x89PNG"},
    MediaType{"image/jpeg", ".jpg", "\xff\xd8\xff"},
    MediaType{"image/x-portable-pixmap", ".ppm", "P6"},
    MediaType{"image/x-portable-graymap", ".pgm", "P5"},
};

/// Of an image that has been decoded.
const MediaType& media_type_of(ByteView image) {
  return *std::ranges::find_if(
      kMediaTypes, [&](const MediaType& type) { return as_text(image).starts_with(type.magic); });
}

std::string_view ending_of(const std::string& media_type) {
  const auto* found = std::ranges::find(kMediaTypes, media_type, &MediaType::name);
  return found == kMediaTypes.end() ? "" : found->ending;
}

/// The classes that an annotator may choose from: GTSRB's.
bool known_class(int label) {
  static const Catalogue catalogue = Catalogue::load();
  return catalogue.find(label) != nullptr;
}

std::string utc_now() {
  const auto now = std::chrono::system_clock::now();
  const auto since = now.time_since_epoch() % std::chrono::seconds(1);
  return fmt::format("{:%FT%T}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(now)),
                     std::chrono::duration_cast<std::chrono::milliseconds>(since).count());
}

fs::path image_folder_of(const fs::path& database) {
  const fs::path file = fs::is_symlink(database) ? fs::canonical(database) : database;
  return file.string() + ".images";
}

/// Empty, or what is wrong with a name of a device, a sign, an annotator or a model.
std::string wrong_name(std::string_view what, const std::string& name) {
  constexpr std::size_t kLongest = 200;
  if (name.size() > kLongest) {
    return "has " + std::to_string(name.size()) + " bytes in its " + std::string(what) +
           " name; give at most " + std::to_string(kLongest);
  }
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(name, control))
    return "has a control character in its " + std::string(what) + " name; take it out";
  return {};
}

std::string wrong_submission(const Submission& submission) {
  std::string wrong = wrong_name("device", submission.device);
  if (wrong.empty()) wrong = wrong_name("group", submission.group);
  if (wrong.empty() && submission.prediction)
    wrong = wrong_name("model", submission.prediction->model);
  return wrong;
}

std::string roi_text(const Roi& roi) {
  return fmt::format("[{},{},{},{}]", roi.x1, roi.y1, roi.x2, roi.y2);
}

/// What can be told without looking at the capture.
std::string wrong_annotation(const Annotation& annotation) {
  if (annotation.annotator.empty()) return "has no annotator; say who labels with --annotator";
  std::string wrong = wrong_name("annotator", annotation.annotator);
  if (!wrong.empty()) return wrong;
  const bool labels = annotation.verdict == "label";
  if (!labels && annotation.verdict != "reject" && annotation.verdict != "unsure") {
    return "has the verdict \"" + annotation.verdict + "\"; give label, reject or unsure";
  }
  if (labels && !annotation.label) return "has no label; give one, or reject, or unsure";
  if (!labels && annotation.label)
    return "has a label and the verdict " + annotation.verdict + "; give one of the two";
  if (labels && !known_class(*annotation.label)) {
    return fmt::format("class {} is not in the catalogue; give one that is", *annotation.label);
  }
  if (annotation.verdict == "reject" && annotation.roi)
    return "has a roi and the verdict reject; give one of the two";
  return {};
}

/// The digits of a capture's id, or nothing if it cannot be one.
std::optional<std::string> digits_of(std::string_view id) {
  constexpr std::string_view kSamplePrefix = "capture/";
  constexpr std::size_t kFewest = 6, kMost = 64;
  if (id.starts_with(kSamplePrefix)) id.remove_prefix(kSamplePrefix.size());
  if (id.size() < kFewest || id.size() > kMost) return std::nullopt;
  if (id.find_first_not_of("0123456789abcdef") != std::string_view::npos) return std::nullopt;
  return std::string(id);
}

CaptureState state_of(const Statement& row) {
  CaptureState state;
  int column = 0;
  state.sha256 = row.text(column++);
  state.media_type = row.text(column++);
  state.width = static_cast<int>(row.integer(column++));
  state.height = static_cast<int>(row.integer(column++));
  state.received = row.text(column++);
  state.file = row.text(column++);
  state.device = row.text(column++);
  state.group = row.text(column++);
  const std::optional<int> predicted = row.optional_int(column++);
  Prediction prediction;
  if (!row.is_null(column)) prediction.confidence = row.real(column);
  prediction.model = row.text(++column);
  prediction.top = row.text(++column);
  if (predicted) {
    prediction.label = *predicted;
    state.prediction = std::move(prediction);
  }
  state.status = row.text(++column);
  state.annotation_id = row.integer(++column);
  state.annotation.annotator = row.text(++column);
  state.annotated = row.text(++column);
  state.annotation.verdict = row.text(++column);
  state.annotation.label = row.optional_int(++column);
  const int roi = ++column;
  if (!row.is_null(roi)) {
    state.annotation.roi =
        Roi{static_cast<int>(row.integer(roi)), static_cast<int>(row.integer(roi + 1)),
            static_cast<int>(row.integer(roi + 2)), static_cast<int>(row.integer(roi + 3))};
  }
  state.annotation.note = row.text(roi + 4);
  return state;
}

constexpr const char* kSelect =
    "SELECT sha256, media_type, width, height, received, file, device, sign, predicted,"
    " confidence, model, top, status, annotation_id, annotator, annotated, verdict, label,"
    " x1, y1, x2, y2, note FROM capture_state"
    " WHERE (?1 IS NULL OR status = ?1) AND (?2 IS NULL OR coalesce(label, predicted) = ?2)"
    " ORDER BY ";

const char* order_clause(CaptureOrder order) {
  switch (order) {
    case CaptureOrder::uncertain:
      return "confidence IS NULL, confidence, capture_id DESC LIMIT ?3";
    case CaptureOrder::digest:
      return "sha256 LIMIT ?3";
    case CaptureOrder::newest:
      break;
  }
  return "capture_id DESC LIMIT ?3";
}

}  // namespace

CaptureStore::CaptureStore(const fs::path& path, Database::Missing missing)
    : database_(path, missing, static_cast<int>(migrations().size())),
      images_(image_folder_of(path)) {
  migrate(database_, migrations());
}

std::optional<StagedCapture> CaptureStore::stage(Submission submission, ByteView image,
                                                 std::string& wrong) {
  wrong = wrong_submission(submission);
  Image pixels;
  if (!wrong.empty() || !decode_image(image, pixels, wrong)) return std::nullopt;
  const MediaType& type = media_type_of(image);
  StagedCapture staged{
      std::move(submission), sha256_hex(image), type.name,
      pixels.width,          pixels.height,     static_cast<std::int64_t>(image.size())};
  images_.write(staged.sha256, type.ending, image);
  return staged;
}

std::vector<Admission> CaptureStore::admit(std::span<const StagedCapture> staged) {
  std::vector<Admission> answers;
  if (staged.empty()) return answers;
  images_.settle();
  Transaction transaction(database_);
  const std::string now = utc_now();
  for (const StagedCapture& one : staged) answers.push_back(admit_one(one, now));
  transaction.commit();
  return answers;
}

Admission CaptureStore::admit_one(const StagedCapture& staged, const std::string& now) {
  Admission answer{short_id(staged.sha256), false, {}};
  Statement known(database_,
                  "SELECT capture_id, sha256 FROM captures WHERE substr(sha256, 1, 16) = ?");
  std::int64_t capture = 0;
  if (known.bind(answer.capture).step()) {
    if (known.text(1) != staged.sha256) {
      answer.wrong = "shares the id " + answer.capture + " with another image; it cannot be kept";
      return answer;
    }
    capture = known.integer(0);
    answer.wrong = fill_in(capture, staged.submission, now);
    if (!answer.wrong.empty()) return answer;
  } else {
    const Submission& submission = staged.submission;
    know_device(submission.device, now);
    Statement(
        database_,
        "INSERT INTO captures (sha256, media_type, width, height, bytes, received, file, sign,"
        " device_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?,"
        " (SELECT device_id FROM devices WHERE name = ?))")
        .bind(staged.sha256, staged.media_type, staged.width, staged.height, staged.bytes, now,
              submission.file, null_if_empty(submission.group), submission.device)
        .run();
    capture = database_.last_id();
    answer.is_new = true;
  }
  if (staged.submission.prediction) predict(capture, *staged.submission.prediction, now);
  return answer;
}

std::string CaptureStore::fill_in(std::int64_t capture, const Submission& submission,
                                  const std::string& now) {
  Statement known(database_, "SELECT sha256, device, sign FROM capture_state WHERE capture_id = ?");
  known.bind(capture).step();
  const std::string id = short_id(known.text(0)), device = known.text(1), group = known.text(2);
  known.reset();
  const auto contradicts = [&](const char* what, const std::string& was, const std::string& is) {
    return was.empty() || is.empty() || was == is
               ? std::string()
               : fmt::format("is capture {} already, of {} \"{}\", not \"{}\"; the first stays", id,
                             what, was, is);
  };
  std::string wrong = contradicts("device", device, submission.device);
  if (wrong.empty()) wrong = contradicts("group", group, submission.group);
  if (!wrong.empty()) return wrong;
  if (device.empty() && !submission.device.empty()) {
    know_device(submission.device, now);
    Statement(database_,
              "UPDATE captures SET device_id = (SELECT device_id FROM devices WHERE name = ?)"
              " WHERE capture_id = ?")
        .bind(submission.device, capture)
        .run();
  }
  if (group.empty() && !submission.group.empty()) {
    Statement(database_, "UPDATE captures SET sign = ? WHERE capture_id = ?")
        .bind(submission.group, capture)
        .run();
  }
  return {};
}

void CaptureStore::know_device(const std::string& name, const std::string& now) {
  if (name.empty()) return;
  Statement(database_, "INSERT INTO devices (name, created) VALUES (?, ?) ON CONFLICT DO NOTHING")
      .bind(name, now)
      .run();
}

void CaptureStore::predict(std::int64_t capture, const Prediction& prediction,
                           const std::string& now) {
  const auto model = null_if_empty(prediction.model), top = null_if_empty(prediction.top);
  Statement last(database_,
                 "SELECT model IS ?2 AND label IS ?3 AND confidence IS ?4 AND top IS ?5"
                 " FROM predictions WHERE capture_id = ?1 ORDER BY prediction_id DESC LIMIT 1");
  last.bind(capture, model, prediction.label, prediction.confidence, top);
  if (last.step() && last.integer(0) != 0) return;
  Statement(database_,
            "INSERT INTO predictions (capture_id, created, model, label, confidence, top)"
            " VALUES (?, ?, ?, ?, ?, ?)")
      .bind(capture, now, model, prediction.label, prediction.confidence, top)
      .run();
}

std::vector<AnnotationAnswer> CaptureStore::annotate(std::span<const Annotation> annotations) {
  std::vector<AnnotationAnswer> answers;
  if (annotations.empty()) return answers;
  Transaction transaction(database_);
  const std::string now = utc_now();
  for (const Annotation& one : annotations) answers.push_back(annotate_one(one, now));
  transaction.commit();
  return answers;
}

AnnotationAnswer CaptureStore::annotate_one(const Annotation& annotation, const std::string& now) {
  AnnotationAnswer answer;
  const auto refuse = [&](const std::string& wrong) {
    answer.wrong = wrong;
    return answer;
  };
  const std::string wrong = wrong_annotation(annotation);
  if (!wrong.empty()) return refuse(wrong);
  const std::optional<std::string> digits = digits_of(annotation.capture);
  if (!digits) {
    return refuse("\"" + annotation.capture +
                  "\" is no capture id; give 6 digits or more of what capture list prints");
  }
  Statement found(database_,
                  "SELECT capture_id, sha256, width, height FROM captures"
                  " WHERE sha256 >= ?1 AND sha256 < ?1 || 'g' LIMIT 2");
  if (!found.bind(*digits).step())
    return refuse("no capture begins with " + *digits + "; capture list prints those there are");
  const std::int64_t capture = found.integer(0);
  answer.capture = short_id(found.text(1));
  const int width = static_cast<int>(found.integer(2)), height = static_cast<int>(found.integer(3));
  if (found.step()) return refuse("several captures begin with " + *digits + "; give more digits");
  const std::optional<Roi>& roi = annotation.roi;
  if (roi && !inside(*roi, width, height)) {
    return refuse(fmt::format("roi {} is empty or not inside the image of {}x{} pixels",
                              roi_text(*roi), width, height));
  }
  const auto corner = [&](int Roi::*which) {
    return roi ? std::optional(*roi.*which) : std::nullopt;
  };
  Statement(database_,
            "INSERT INTO annotations (capture_id, annotator, created, verdict, label,"
            " x1, y1, x2, y2, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(capture, annotation.annotator, now, annotation.verdict, annotation.label,
            corner(&Roi::x1), corner(&Roi::y1), corner(&Roi::x2), corner(&Roi::y2),
            null_if_empty(annotation.note))
      .run();
  answer.annotation = database_.last_id();
  return answer;
}

void CaptureStore::each(const CaptureFilter& filter,
                        const std::function<void(const CaptureState&)>& use) {
  Statement rows(database_, std::string(kSelect) + order_clause(filter.order));
  rows.bind(null_if_empty(filter.status), filter.label, filter.limit.value_or(-1));
  while (rows.step()) use(state_of(rows));
}

fs::path CaptureStore::image_name(const CaptureState& capture) {
  return ImageFolder::name(capture.sha256, ending_of(capture.media_type));
}

}  // namespace signpost
