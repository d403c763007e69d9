#include "store/truth.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "store/captures.h"
#include "store/listing.h"
#include "store/time.h"

namespace signpost {
namespace {

/// An opinion that could be held to be true.
struct Voice {
  std::int64_t annotation = 0;
  std::string annotator;
  std::optional<int> label;  ///< nothing: reject
  std::optional<Roi> roi;
};

/// The opinions that stand and the one that decides, in their order.
std::vector<Voice> voices(Database& database, const CaptureState& capture) {
  std::vector<Voice> all;
  Statement rows(database,
                 "SELECT annotation_id, annotator, label, x1, y1, x2, y2 FROM active_annotations a"
                 " WHERE capture_id = ?1 AND verdict <> 'unsure' AND (annotation_id = ?2 OR EXISTS"
                 " (SELECT 1 FROM standing_annotations s WHERE s.annotation_id = a.annotation_id))"
                 " ORDER BY annotation_id");
  rows.bind(capture.id, capture.annotation_id);
  while (rows.step())
    all.push_back({rows.integer(0), rows.text(1), rows.optional_int(2), roi_of(rows, 3)});
  return all;
}

/// What more people say than say anything else; the deciding annotation where all agree.
std::optional<int> majority(const std::vector<Voice>& all) {
  std::map<std::optional<int>, std::set<std::string>> by_label;
  for (const Voice& voice : all) by_label[voice.label].insert(voice.annotator);
  std::optional<int> best;
  std::size_t most = 0;
  bool alone = false;
  for (const auto& [label, people] : by_label) {
    alone = people.size() > most || (alone && people.size() != most);
    if (people.size() > most) {
      most = people.size();
      best = label;
    }
  }
  return alone ? best : std::nullopt;
}

void agree(Truth& truth, const std::vector<Voice>& all) {
  std::optional<Roi> last;
  for (const Voice& voice : all) {
    if (voice.label != truth.label) continue;
    truth.annotations.push_back(voice.annotation);
    truth.annotators.push_back(voice.annotator);
    if (voice.roi) last = voice.roi;
    if (voice.annotation == truth.capture.annotation_id) truth.roi = voice.roi;
  }
  if (!truth.roi) truth.roi = last;
}

bool two_people(const Truth& truth) {
  std::set<std::string> people(truth.annotators.begin(), truth.annotators.end());
  if (!truth.reviewer.empty()) people.insert(truth.reviewer);
  return people.size() >= 2;
}

}  // namespace

void CaptureStore::each_truth(const CaptureFilter& filter, Policy policy,
                              const std::function<void(const Truth&)>& use) {
  each(filter, [&](const CaptureState& capture) {
    Truth truth;
    truth.capture = capture;
    if (capture.review_id != 0) {
      Statement reviewer(database_, "SELECT reviewer FROM reviews WHERE review_id = ?");
      reviewer.bind(capture.review_id).step();
      truth.reviewer = reviewer.text(0);
    }
    if (policy == Policy::adjudicated && truth.reviewer.empty()) return;
    const std::vector<Voice> all = voices(database_, capture);
    truth.label = policy == Policy::two_agree && capture.status == "disputed"
                      ? majority(all)
                      : capture.annotation.label;
    if (truth.label) agree(truth, all);
    if (policy != Policy::single && !truth.label) return;
    if (policy == Policy::two_agree && !two_people(truth)) return;
    use(truth);
  });
}

ExportRecord CaptureStore::record_export(ExportRecord record) {
  Transaction transaction(database_);
  record.created = utc_text(clock_());
  record.last_annotation = database_.integer("SELECT max(annotation_id) FROM annotations");
  record.last_review = database_.integer("SELECT max(review_id) FROM reviews");
  Statement(database_,
            "INSERT INTO exports (created, filter, samples, digest, last_annotation, last_review)"
            " VALUES (?, ?, ?, ?, ?, ?)")
      .bind(record.created, record.filter, record.samples, record.digest, record.last_annotation,
            record.last_review)
      .run();
  record.id = database_.last_id();
  transaction.commit();
  return record;
}

std::vector<ExportRecord> CaptureStore::exports() {
  std::vector<ExportRecord> all;
  Statement rows(database_,
                 "SELECT export_id, created, filter, samples, digest, last_annotation, last_review"
                 " FROM exports ORDER BY export_id");
  while (rows.step()) {
    all.push_back({rows.integer(0), rows.text(1), rows.text(2), rows.integer(3), rows.text(4),
                   rows.integer(5), rows.integer(6)});
  }
  return all;
}

}  // namespace signpost
