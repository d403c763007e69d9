#include <fmt/format.h>

#include <algorithm>

#include "store/captures.h"
#include "store/names.h"
#include "store/time.h"

namespace signpost {
namespace {

std::string roi_text(const Roi& roi) {
  return fmt::format("[{},{},{},{}]", roi.x1, roi.y1, roi.x2, roi.y2);
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

}  // namespace

std::optional<CaptureStore::Found> CaptureStore::find_row(const std::string& capture,
                                                          std::string& wrong) {
  const std::optional<std::string> digits = digits_of(capture);
  if (!digits) {
    wrong =
        "\"" + capture + "\" is no capture id; give 6 digits or more of what capture list prints";
    return std::nullopt;
  }
  Statement row(database_,
                "SELECT capture_id, sha256, width, height FROM captures"
                " WHERE sha256 >= ?1 AND sha256 < ?1 || 'g' LIMIT 2");
  if (!row.bind(*digits).step()) {
    wrong = "no capture begins with " + *digits + "; capture list prints those there are";
    return std::nullopt;
  }
  Found found{row.integer(0), row.text(1), static_cast<int>(row.integer(2)),
              static_cast<int>(row.integer(3))};
  if (row.step()) {
    wrong = "several captures begin with " + *digits + "; give more digits";
    return std::nullopt;
  }
  return found;
}

std::string CaptureStore::wrong_annotation(const Annotation& annotation, const Found& found) const {
  const std::optional<Roi>& roi = annotation.roi;
  if (roi && !inside(*roi, found.width, found.height)) {
    return fmt::format("roi {} is empty or not inside the image of {}x{} pixels", roi_text(*roi),
                       found.width, found.height);
  }
  if (annotation.label && !catalogue_.find(*annotation.label))
    return fmt::format("class {} is not in the catalogue; give one that is", *annotation.label);
  return {};
}

namespace {

/// What can be told without looking at the capture or the catalogue.
std::string wrong_form(const Annotation& annotation) {
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
  if (annotation.verdict == "reject" && annotation.roi)
    return "has a roi and the verdict reject; give one of the two";
  if (annotation.milliseconds && *annotation.milliseconds < 0)
    return "has taken less than no time; give milliseconds, 0 or more";
  return {};
}

}  // namespace

std::vector<AnnotationAnswer> CaptureStore::annotate(std::span<const Annotation> annotations) {
  std::vector<AnnotationAnswer> answers;
  if (annotations.empty()) return answers;
  Transaction transaction(database_);
  const std::string now = utc_text(clock_());
  for (const Annotation& one : annotations) answers.push_back(annotate_one(one, now));
  transaction.commit();
  return answers;
}

bool CaptureStore::answered(const std::string& annotator, const std::string& request,
                            AnnotationAnswer& answer) {
  if (request.empty()) return false;
  Statement made(database_,
                 "SELECT coalesce(a.withdraws, a.annotation_id), c.sha256 FROM annotations a"
                 " JOIN captures c USING (capture_id) WHERE a.annotator = ? AND a.request = ?");
  if (!made.bind(annotator, request).step()) return false;
  answer.annotation = made.integer(0);
  answer.capture = short_id(made.text(1));
  return true;
}

AnnotationAnswer CaptureStore::annotate_one(const Annotation& annotation, const std::string& now) {
  AnnotationAnswer answer;
  answer.wrong = wrong_form(annotation);
  if (!answer.wrong.empty()) return answer;
  if (answered(annotation.annotator, annotation.request, answer)) return answer;
  const std::optional<Found> found = find_row(annotation.capture, answer.wrong);
  if (!found) return answer;
  answer.capture = short_id(found->sha256);
  answer.wrong = wrong_annotation(annotation, *found);
  if (answer.wrong.empty() && annotation.queued) answer.wrong = wrong_queued(annotation, *found);
  if (!answer.wrong.empty()) return answer;
  answer.annotation =
      insert_annotation(*found, annotation, annotation.blind ? "blind" : "open", now);
  for (const char* sql : {"DELETE FROM leases WHERE capture_id = ? AND annotator = ?",
                          "DELETE FROM skips WHERE capture_id = ? AND annotator = ?"}) {
    Statement(database_, sql).bind(found->id, annotation.annotator).run();
  }
  return answer;
}

std::int64_t CaptureStore::insert_annotation(const Found& found, const Annotation& annotation,
                                             const char* mode, const std::string& now) {
  const std::optional<Roi>& roi = annotation.roi;
  const auto corner = [&](int Roi::*which) {
    return roi ? std::optional(*roi.*which) : std::nullopt;
  };
  Statement(database_,
            "INSERT INTO annotations (capture_id, annotator, created, verdict, label,"
            " x1, y1, x2, y2, note, mode, milliseconds, request)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(found.id, annotation.annotator, now, annotation.verdict, annotation.label,
            corner(&Roi::x1), corner(&Roi::y1), corner(&Roi::x2), corner(&Roi::y2),
            null_if_empty(annotation.note), mode, annotation.milliseconds,
            null_if_empty(annotation.request))
      .run();
  return database_.last_id();
}

AnnotationAnswer CaptureStore::undo(const Withdrawal& withdrawal) {
  const std::string& annotator = withdrawal.annotator;
  const int lease_seconds = withdrawal.lease_seconds;
  AnnotationAnswer answer;
  Transaction transaction(database_);
  if (answered(annotator, withdrawal.request, answer)) return answer;
  Statement last(database_,
                 "SELECT a.annotation_id, a.capture_id, c.sha256 FROM annotations a"
                 " JOIN captures c USING (capture_id)"
                 " WHERE a.annotator = ?1 AND a.verdict <> 'withdraw' AND a.mode <> 'adjudication'"
                 " AND (?2 = '' OR a.request = ?2)"
                 " AND NOT EXISTS (SELECT 1 FROM annotations w WHERE w.withdraws = a.annotation_id)"
                 " ORDER BY a.annotation_id DESC LIMIT 1");
  if (!last.bind(annotator, withdrawal.of).step()) {
    answer.wrong = "\"" + annotator + "\" has no annotation that could be withdrawn";
    return answer;
  }
  const std::int64_t annotation = last.integer(0), capture = last.integer(1);
  answer.capture = short_id(last.text(2));
  last.reset();
  Statement(database_,
            "INSERT INTO annotations (capture_id, annotator, created, verdict, withdraws, request)"
            " VALUES (?, ?, ?, 'withdraw', ?, ?)")
      .bind(capture, annotator, utc_text(clock_()), annotation, null_if_empty(withdrawal.request))
      .run();
  answer.annotation = annotation;
  lease(capture, annotator, lease_seconds, true);
  transaction.commit();
  return answer;
}

}  // namespace signpost
