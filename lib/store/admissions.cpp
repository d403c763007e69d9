#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/digest.h"
#include "codecs/decode.h"
#include "image/fingerprint.h"
#include "store/captures.h"
#include "store/look.h"
#include "store/media_type.h"
#include "store/names.h"
#include "store/neighbours.h"
#include "store/time.h"

namespace signpost {
namespace {

std::string wrong_place(const std::optional<Place>& place) {
  if (!place) return {};
  const bool good = std::abs(place->latitude) <= 90 && std::abs(place->longitude) <= 180;
  return good ? std::string()
              : fmt::format("has the place {}, {}; give degrees, -90 to 90 and -180 to 180",
                            place->latitude, place->longitude);
}

/// Empty, or what is wrong; `submission.taken` becomes UTC.
std::string settle(Submission& submission) {
  std::string wrong = wrong_name("device", submission.device);
  if (wrong.empty()) wrong = wrong_name("group", submission.group);
  if (wrong.empty() && submission.prediction)
    wrong = wrong_name("model", submission.prediction->model);
  if (wrong.empty()) wrong = wrong_place(submission.place);
  if (!wrong.empty() || submission.taken.empty()) return wrong;
  const std::optional<std::string> taken = parse_time(submission.taken);
  if (!taken) {
    return fmt::format("was taken at \"{}\", which is no time; write it as 2026-01-02T03:04:05Z",
                       submission.taken);
  }
  submission.taken = *taken;
  return {};
}

/// As whom the user of a device annotates.
std::string user_of(const std::string& device) {
  return device.empty() ? "user" : "user@" + device;
}

std::optional<Place> rounded(const std::optional<Place>& place, int decimals) {
  if (!place || decimals < 0) return std::nullopt;
  const double scale = std::pow(10, decimals);
  const auto round = [&](double degrees) { return std::round(degrees * scale) / scale + 0.0; };
  return Place{round(place->latitude), round(place->longitude)};
}

}  // namespace

std::uint64_t pixel_digest(const Image& image) {
  Sha256 digest;
  digest.add(fmt::format("{}x{}\n", image.width, image.height));
  digest.add(ByteView(image.rgb));
  std::uint64_t bits = 0;
  const std::string hex = digest.hex();
  std::from_chars(hex.data(), hex.data() + 16, bits, 16);
  return bits >> 1U;
}

void look(const Image& image, StagedCapture& staged) {
  staged.width = image.width;
  staged.height = image.height;
  staged.pixels = pixel_digest(image);
  const Fingerprint print = fingerprint(grey(image, {0, 0, image.width, image.height}));
  staged.hash = print.hash;
  staged.thumbnail = print.thumbnail;
}

std::optional<StagedCapture> CaptureStore::stage(Submission submission, Bytes image,
                                                 std::string& wrong) {
  wrong = settle(submission);
  Image pixels;
  if (!wrong.empty() || !decode_image(image, pixels, wrong)) return std::nullopt;
  StagedCapture staged;
  staged.submission = std::move(submission);
  staged.sha256 = sha256_hex(image);
  staged.media_type = media_type_of(image);
  staged.content = std::move(image);
  look(pixels, staged);
  return staged;
}

std::vector<Admission> CaptureStore::admit(std::span<const StagedCapture> staged) {
  std::vector<Admission> answers;
  if (staged.empty()) return answers;
  try {
    Transaction transaction(database_);
    const std::string now = utc_text(clock_());
    for (const StagedCapture& one : staged) answers.push_back(admit_one(one, now));
    transaction.commit();
  } catch (...) {
    neighbours_->forget();
    throw;
  }
  return answers;
}

Admission CaptureStore::admit_one(const StagedCapture& staged, const std::string& now) {
  Admission answer{short_id(staged.sha256), false, {}, Admission::Refusal::none};
  const auto refuse = [&](Admission::Refusal refusal, std::string wrong) {
    answer.wrong = std::move(wrong);
    answer.refusal = refusal;
    return answer;
  };
  Statement purged(database_, "SELECT purged, why FROM tombstones WHERE sha256 = ?");
  if (purged.bind(staged.sha256).step()) {
    return refuse(Admission::Refusal::purged,
                  fmt::format("was purged on {} ({}) and is not kept again",
                              purged.text(0).substr(0, 10), purged.text(1)));
  }
  if (std::string wrong = wrong_user_label(staged); !wrong.empty())
    return refuse(Admission::Refusal::conflict, std::move(wrong));
  Statement known(database_,
                  "SELECT capture_id, sha256 FROM captures"
                  " WHERE sha256 >= ?1 AND sha256 < ?1 || 'g'");
  if (known.bind(answer.capture).step()) {
    if (known.text(1) != staged.sha256) {
      return refuse(Admission::Refusal::conflict,
                    "shares the id " + answer.capture + " with another image; it cannot be kept");
    }
    const std::int64_t capture = known.integer(0);
    known.reset();
    std::string wrong = fill_in(capture, staged.submission, now);
    if (!wrong.empty()) return refuse(Admission::Refusal::conflict, std::move(wrong));
    if (staged.submission.prediction) predict(capture, *staged.submission.prediction, now);
    restore(capture, staged);
  } else {
    insert(staged, now);
    answer.is_new = true;
  }
  take_user_label(staged, now);
  return answer;
}

std::string CaptureStore::wrong_user_label(const StagedCapture& staged) const {
  const Submission& submission = staged.submission;
  if (!submission.user_label) return {};
  if (!catalogue_.find(*submission.user_label)) {
    return fmt::format("is said to show class {}, which is not in the catalogue",
                       *submission.user_label);
  }
  if (std::string wrong = wrong_name("device", user_of(submission.device)); !wrong.empty())
    return wrong;
  const std::optional<Roi>& roi = submission.roi;
  if (!roi || inside(*roi, staged.width, staged.height)) return {};
  return fmt::format("has {}x{} pixels, and its roi [{},{},{},{}] is empty or not inside",
                     staged.width, staged.height, roi->x1, roi->y1, roi->x2, roi->y2);
}

void CaptureStore::take_user_label(const StagedCapture& staged, const std::string& now) {
  const Submission& submission = staged.submission;
  if (!submission.user_label) return;
  Annotation annotation;
  annotation.capture = staged.sha256;
  annotation.annotator = user_of(submission.device);
  annotation.verdict = "label";
  annotation.label = submission.user_label;
  annotation.roi = submission.roi;
  // What is sent again after a lost answer is no new opinion.
  Statement last(database_,
                 "SELECT label FROM annotations JOIN captures USING (capture_id)"
                 " WHERE sha256 = ? AND annotator = ? ORDER BY annotation_id DESC LIMIT 1");
  const bool said = last.bind(staged.sha256, annotation.annotator).step() && !last.is_null(0) &&
                    last.integer(0) == *submission.user_label;
  last.reset();
  if (!said) annotate_one(annotation, now);
}

void CaptureStore::insert(const StagedCapture& staged, const std::string& now) {
  const Submission& submission = staged.submission;
  know_device(submission.device, now);
  const std::optional<Place> place = rounded(submission.place, settings_.place_decimals);
  Statement(database_,
            "INSERT INTO captures (sha256, media_type, width, height, bytes, received, file, sign,"
            " taken, latitude, longitude, device_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
            " (SELECT device_id FROM devices WHERE name = ?))")
      .bind(staged.sha256, staged.media_type, staged.width, staged.height,
            static_cast<std::int64_t>(staged.content.size()), now, submission.file,
            null_if_empty(submission.group), null_if_empty(submission.taken),
            place ? std::optional(place->latitude) : std::nullopt,
            place ? std::optional(place->longitude) : std::nullopt, submission.device)
      .run();
  const std::int64_t capture = database_.last_id();
  insert_fingerprint(capture, staged);
  if (submission.prediction) insert_prediction(capture, *submission.prediction, now);
  // Last: it makes the capture count.
  Statement(database_, "INSERT INTO images VALUES (?, ?)")
      .bind(capture, ByteView(staged.content))
      .run();
}

void CaptureStore::insert_fingerprint(std::int64_t capture, const StagedCapture& staged) {
  const Fingerprint print{staged.hash, staged.thumbnail};
  const std::vector<Neighbours::Match> similar = neighbours_->find(capture, print);
  Statement(database_, "INSERT INTO fingerprints VALUES (?, ?, ?, ?)")
      .bind(capture, static_cast<std::int64_t>(staged.pixels),
            static_cast<std::int64_t>(staged.hash), ByteView(staged.thumbnail))
      .run();
  for (const Neighbours::Match& match : similar) {
    Statement(database_, "INSERT INTO links VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(std::max(capture, match.capture), std::min(capture, match.capture), match.similarity)
        .run();
  }
}

void CaptureStore::restore(std::int64_t capture, const StagedCapture& staged) {
  Statement there(database_, "SELECT media_type FROM captures WHERE capture_id = ?");
  there.bind(capture).step();
  CaptureState state;
  state.id = capture;
  state.sha256 = staged.sha256;
  state.media_type = there.text(0);
  there.reset();
  Bytes content;
  std::string wrong;
  if (image(state, content, wrong)) return;
  Statement(database_,
            "INSERT INTO images VALUES (?, ?)"
            " ON CONFLICT (capture_id) DO UPDATE SET content = excluded.content")
      .bind(capture, ByteView(staged.content))
      .run();
}

std::string CaptureStore::fill_in(std::int64_t capture, const Submission& submission,
                                  const std::string& now) {
  Statement known(database_,
                  "SELECT sha256, d.name, sign, taken, latitude, longitude FROM captures"
                  " LEFT JOIN devices d USING (device_id) WHERE capture_id = ?");
  known.bind(capture).step();
  const std::string id = short_id(known.text(0)), device = known.text(1), group = known.text(2),
                    taken = known.text(3);
  const bool placed = !known.is_null(4);
  const Place there{known.real(4), known.real(5)};
  known.reset();
  const auto contradicts = [&](const char* what, const std::string& was, const std::string& is) {
    return was.empty() || is.empty() || was == is
               ? std::string()
               : fmt::format("is capture {} already, of {} \"{}\", not \"{}\"; the first stays", id,
                             what, was, is);
  };
  const std::optional<Place> place = rounded(submission.place, settings_.place_decimals);
  std::string wrong = contradicts("device", device, submission.device);
  if (wrong.empty()) wrong = contradicts("group", group, submission.group);
  if (wrong.empty()) wrong = contradicts("time", taken, submission.taken);
  if (wrong.empty() && placed && place && !(*place == there)) {
    wrong = fmt::format("is capture {} already, at {}, {}, not {}, {}; the first stays", id,
                        there.latitude, there.longitude, place->latitude, place->longitude);
  }
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
  if (taken.empty() && !submission.taken.empty()) {
    Statement(database_, "UPDATE captures SET taken = ? WHERE capture_id = ?")
        .bind(submission.taken, capture)
        .run();
  }
  if (!placed && place) {
    Statement(database_, "UPDATE captures SET latitude = ?, longitude = ? WHERE capture_id = ?")
        .bind(place->latitude, place->longitude, capture)
        .run();
  }
  return {};
}

void CaptureStore::know_device(const std::string& name, const std::string& now) {
  if (name.empty()) return;
  Statement(database_,
            "INSERT INTO devices (name, created) SELECT ?1, ?2"
            " WHERE NOT EXISTS (SELECT 1 FROM devices WHERE name = ?1)")
      .bind(name, now)
      .run();
}

void CaptureStore::predict(std::int64_t capture, const Prediction& prediction,
                           const std::string& now) {
  Statement same(database_,
                 "SELECT 1 FROM predictions WHERE capture_id = ?1 AND model IS ?2 AND label IS ?3"
                 " AND confidence IS ?4 AND top IS ?5");
  const bool known = same.bind(capture, null_if_empty(prediction.model), prediction.label,
                               prediction.confidence, null_if_empty(prediction.top))
                         .step();
  same.reset();
  if (!known) insert_prediction(capture, prediction, now);
}

void CaptureStore::insert_prediction(std::int64_t capture, const Prediction& prediction,
                                     const std::string& now) {
  Statement(database_,
            "INSERT INTO predictions (capture_id, created, model, label, confidence, top)"
            " VALUES (?, ?, ?, ?, ?, ?)")
      .bind(capture, now, null_if_empty(prediction.model), prediction.label, prediction.confidence,
            null_if_empty(prediction.top))
      .run();
}

}  // namespace signpost
