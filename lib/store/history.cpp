#include "store/history.h"

#include "store/captures.h"
#include "store/listing.h"

namespace signpost {
namespace {

void read_predictions(Database& database, std::int64_t capture, CaptureHistory& history) {
  Statement rows(database,
                 "SELECT created, model, label, confidence, top FROM predictions"
                 " WHERE capture_id = ? ORDER BY prediction_id");
  rows.bind(capture);
  while (rows.step()) {
    PredictionRecord record{rows.text(0), {}};
    record.prediction.model = rows.text(1);
    record.prediction.label = static_cast<int>(rows.integer(2));
    if (!rows.is_null(3)) record.prediction.confidence = rows.real(3);
    record.prediction.top = rows.text(4);
    history.predictions.push_back(std::move(record));
  }
}

void read_annotations(Database& database, std::int64_t capture, CaptureHistory& history) {
  Statement rows(database,
                 "SELECT annotation_id, created, mode, withdraws, annotator, verdict, label, note,"
                 " milliseconds, annotation_id IS (SELECT n.annotation_id FROM capture_now n"
                 " WHERE n.capture_id = a.capture_id) OR EXISTS (SELECT 1 FROM standing_annotations"
                 " s WHERE s.annotation_id = a.annotation_id), x1, y1, x2, y2"
                 " FROM annotations a WHERE capture_id = ? ORDER BY annotation_id");
  rows.bind(capture);
  while (rows.step()) {
    AnnotationRecord record;
    record.id = rows.integer(0);
    record.created = rows.text(1);
    record.mode = rows.text(2);
    record.withdraws = rows.integer(3);
    record.annotation.annotator = rows.text(4);
    record.annotation.verdict = rows.text(5);
    record.annotation.label = rows.optional_int(6);
    record.annotation.note = rows.text(7);
    record.annotation.milliseconds = rows.optional_int(8);
    record.annotation.blind = record.mode == "blind";
    record.annotation.roi = roi_of(rows, 10);
    record.stands = rows.integer(9) != 0;
    history.annotations.push_back(std::move(record));
  }
}

void read_reviews(Database& database, std::int64_t capture, CaptureHistory& history) {
  Statement rows(database,
                 "SELECT review_id, annotation_id, created, reviewer, decision, note FROM reviews"
                 " WHERE capture_id = ? ORDER BY review_id");
  rows.bind(capture);
  while (rows.step()) {
    history.reviews.push_back(
        {rows.integer(0), rows.integer(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5)});
  }
}

void read_similar(Database& database, std::int64_t capture, CaptureHistory& history) {
  Statement rows(database,
                 "SELECT c.sha256, l.similarity FROM (SELECT other_id AS id, similarity FROM links"
                 " WHERE capture_id = ?1 UNION ALL SELECT capture_id, similarity FROM links"
                 " WHERE other_id = ?1) l JOIN captures c ON c.capture_id = l.id"
                 " ORDER BY l.similarity DESC, c.sha256");
  rows.bind(capture);
  while (rows.step()) history.similar.push_back({short_id(rows.text(0)), rows.real(1)});
}

void read_known(Database& database, std::int64_t capture, CaptureHistory& history) {
  Statement rows(database,
                 "SELECT k.source, k.sample, k.split FROM known_images k, captures c"
                 " LEFT JOIN fingerprints f ON f.capture_id = c.capture_id"
                 " WHERE c.capture_id = ? AND (k.sha256 = c.sha256 OR k.pixels = f.pixels)"
                 " ORDER BY k.source, k.sample");
  rows.bind(capture);
  while (rows.step()) history.known.push_back({rows.text(0), rows.text(1), rows.text(2)});
}

}  // namespace

std::optional<CaptureHistory> CaptureStore::history(const std::string& capture,
                                                    std::string& wrong) {
  const std::optional<Found> found = find_row(capture, wrong);
  if (!found) return std::nullopt;
  CaptureHistory history;
  history.state = state(found->id);
  read_predictions(database_, found->id, history);
  read_annotations(database_, found->id, history);
  read_reviews(database_, found->id, history);
  read_similar(database_, found->id, history);
  read_known(database_, found->id, history);
  return history;
}

}  // namespace signpost
