#include "store/queue.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/random.h"
#include "store/captures.h"
#include "store/listing.h"
#include "store/time.h"

namespace signpost {
namespace {

constexpr const char* kOpen = "n.review_id IS NULL AND n.opinions < n.wanted";

constexpr const char* kNotMine =
    "(n.annotation_id IS NULL OR NOT EXISTS (SELECT 1 FROM standing_annotations s"
    " WHERE s.capture_id = n.capture_id AND s.annotator = ?1))";

constexpr const char* kFree =
    "NOT EXISTS (SELECT 1 FROM leases l WHERE l.capture_id = n.capture_id AND l.annotator = ?1)"
    " AND n.opinions + (SELECT count(*) FROM leases l WHERE l.capture_id = n.capture_id) < "
    "n.wanted";

constexpr const char* kSkipped =
    "EXISTS (SELECT 1 FROM skips k WHERE k.annotator = ?1 AND k.capture_id = n.capture_id)";

/// A class may be asked for by parameter 2; the index begins with whether there is one.
constexpr const char* kOfClass = " AND (n.predicted IS NULL) = 0 AND n.predicted = ?2";

const char* order_of(CaptureOrder order) {
  switch (order) {
    case CaptureOrder::uncertain:
      return "n.confidence IS NULL, n.confidence, n.capture_id";
    case CaptureOrder::by_class:
      return "n.predicted IS NULL, n.predicted, n.confidence IS NULL, n.confidence, n.capture_id";
    case CaptureOrder::random:
    case CaptureOrder::digest:
      return "c.sha256";
    case CaptureOrder::newest:
      break;
  }
  return "n.capture_id DESC";
}

}  // namespace

std::string random_start(std::uint64_t seed) {
  Random random(seed, "captures", 0, "order");
  std::string start;
  for (int i = 0; i < 2; ++i) start += fmt::format("{:08x}", random.bits());
  return start;
}

void CaptureStore::lease(std::int64_t capture, const std::string& annotator, int seconds,
                         bool again) {
  const std::int64_t now = clock_();
  Statement(database_,
            "INSERT INTO leases VALUES (?1, ?2, ?3, ?4, iif(?5, 0, 1 + coalesce("
            "(SELECT max(turn) FROM leases WHERE annotator = ?2), 0)))"
            " ON CONFLICT (capture_id, annotator) DO UPDATE"
            " SET granted = excluded.granted, until = excluded.until, turn = excluded.turn")
      .bind(capture, annotator, now, now + std::int64_t{1000} * seconds, again ? 1 : 0)
      .run();
}

std::vector<std::int64_t> CaptureStore::held(const QueueRequest& request, std::int64_t now) {
  // What he has withdrawn is his to do again, whatever he asks for.
  Statement fit(database_,
                fmt::format("DELETE FROM leases WHERE annotator = ?1 AND turn > 0 AND NOT EXISTS"
                            " (SELECT 1 FROM capture_now n WHERE n.capture_id = leases.capture_id"
                            " AND {} AND {} AND (?2 IS NULL OR n.predicted = ?2))",
                            kOpen, kNotMine));
  fit.bind(request.annotator, request.predicted).run();
  std::vector<std::int64_t> captures;
  Statement rows(database_,
                 "SELECT capture_id FROM leases WHERE annotator = ? ORDER BY turn, capture_id"
                 " LIMIT ?");
  rows.bind(request.annotator, request.count);
  while (rows.step()) captures.push_back(rows.integer(0));
  for (const std::int64_t capture : captures) {
    Statement(database_, "UPDATE leases SET until = ? WHERE capture_id = ? AND annotator = ?")
        .bind(now + std::int64_t{1000} * request.lease_seconds, capture, request.annotator)
        .run();
  }
  return captures;
}

void CaptureStore::choose(const QueueRequest& request, bool skipped,
                          std::vector<std::int64_t>& captures) {
  const bool random = request.order == CaptureOrder::random;
  const std::string start = random_start(request.seed);
  const std::string filter = fmt::format("{}{} AND {} AND {} AND {}{}", kOpen,
                                         request.predicted ? kOfClass : " AND ?2 IS NULL", kNotMine,
                                         kFree, skipped ? "" : "NOT ", kSkipped);
  // By digest from a drawn place on, then from the first to there: an index answers both.
  for (int part = 0; part < (random ? 2 : 1); ++part) {
    const std::string from = random ? fmt::format(
                                          "captures c CROSS JOIN capture_now n USING (capture_id)"
                                          " WHERE c.sha256 {} ?3",
                                          part == 0 ? ">=" : "<")
                                    : std::string("capture_now n WHERE ?3 IS NOT NULL");
    Statement rows(database_, fmt::format("SELECT n.capture_id FROM {} AND {} ORDER BY {} LIMIT ?4",
                                          from, filter, order_of(request.order)));
    rows.bind(request.annotator, request.predicted, start,
              request.count - static_cast<std::int64_t>(captures.size()));
    while (rows.step()) captures.push_back(rows.integer(0));
  }
}

std::vector<QueueItem> CaptureStore::next(const QueueRequest& request) {
  constexpr int kMost = 1000, kLongestLease = 86400;
  if (request.annotator.empty()) throw Error(Blame::usage, "the queue needs an annotator's name");
  if (request.count < 1 || request.count > kMost)
    throw Error(Blame::usage, fmt::format("the queue gives 1 to {} captures at a time", kMost));
  if (request.lease_seconds < 1 || request.lease_seconds > kLongestLease) {
    throw Error(Blame::usage, fmt::format("a lease lasts 1 to {} seconds", kLongestLease));
  }
  Transaction transaction(database_);
  const std::int64_t now = clock_();
  Statement(database_, "DELETE FROM leases WHERE until <= ?1 OR granted > ?1").bind(now).run();
  std::vector<std::int64_t> captures = held(request, now);
  for (const bool skipped : {false, true}) {
    const std::size_t before = captures.size();
    if (before < static_cast<std::size_t>(request.count)) choose(request, skipped, captures);
    for (std::size_t i = before; i < captures.size(); ++i)
      lease(captures[i], request.annotator, request.lease_seconds, false);
  }
  std::vector<QueueItem> items;
  Statement skip(database_, "SELECT 1 FROM skips WHERE annotator = ? AND capture_id = ?");
  for (const std::int64_t capture : captures) {
    QueueItem item;
    item.capture = state(capture);
    item.until = now + std::int64_t{1000} * request.lease_seconds;
    item.blind = item.capture.wanted > 1;
    item.skipped = skip.bind(request.annotator, capture).step();
    items.push_back(std::move(item));
  }
  skip.reset();
  transaction.commit();
  return items;
}

void CaptureStore::release(const std::string& annotator) {
  Transaction transaction(database_);
  Statement(database_, "DELETE FROM leases WHERE annotator = ?").bind(annotator).run();
  transaction.commit();
}

bool CaptureStore::skip(const std::string& annotator, const std::string& capture) {
  std::string wrong;
  Transaction transaction(database_);
  const std::optional<Found> found = find_row(capture, wrong);
  if (!found || annotator.empty()) return false;
  Statement(database_,
            "INSERT INTO skips VALUES (?, ?, ?) ON CONFLICT (annotator, capture_id)"
            " DO UPDATE SET created = excluded.created")
      .bind(annotator, found->id, utc_text(clock_()))
      .run();
  Statement(database_, "DELETE FROM leases WHERE capture_id = ? AND annotator = ?")
      .bind(found->id, annotator)
      .run();
  transaction.commit();
  return true;
}

AnnotatorProgress CaptureStore::progress(const std::string& annotator) {
  constexpr std::int64_t kDay = 86'400'000;
  AnnotatorProgress progress;
  Statement made(database_,
                 "SELECT count(*), count(*) FILTER (WHERE w.annotation_id IS NOT NULL),"
                 " count(*) FILTER (WHERE w.annotation_id IS NULL AND a.created > ?2)"
                 " FROM annotations a LEFT JOIN annotations w ON w.withdraws = a.annotation_id"
                 " WHERE a.annotator = ?1 AND a.verdict <> 'withdraw'");
  made.bind(annotator, utc_text(clock_() - kDay)).step();
  progress.withdrawn = made.integer(1);
  progress.annotations = made.integer(0) - progress.withdrawn;
  progress.last_day = made.integer(2);
  progress.median_ms = median_ms(database_, annotator);
  // Both counts come from indexes; asking each open capture who labelled it would not.
  Statement left(
      database_,
      fmt::format("SELECT (SELECT count(*) FROM capture_now n WHERE {0})"
                  " - (SELECT count(DISTINCT n.capture_id) FROM standing_annotations s"
                  " JOIN capture_now n USING (capture_id) WHERE s.annotator = ? AND {0})",
                  kOpen));
  left.bind(annotator).step();
  progress.left = left.integer(0);
  return progress;
}

std::map<int, std::int64_t> CaptureStore::waiting(const std::string& annotator) {
  std::map<int, std::int64_t> classes;
  Statement rows(database_,
                 fmt::format("SELECT n.predicted, count(*) FROM capture_now n WHERE {} AND {}"
                             " AND (n.predicted IS NULL) = 0 GROUP BY n.predicted",
                             kOpen, kNotMine));
  rows.bind(annotator);
  while (rows.step()) classes[static_cast<int>(rows.integer(0))] = rows.integer(1);
  return classes;
}

std::string CaptureStore::wrong_queued(const Annotation& annotation, const Found& found) {
  Statement row(database_, fmt::format("SELECT {}, {} FROM capture_now n WHERE n.capture_id = ?2",
                                       kOpen, kNotMine));
  row.bind(annotation.annotator, found.id).step();
  if (row.integer(1) == 0) return "is labelled by you already; undo that to label it anew";
  if (row.integer(0) == 0) return "needs no more labels; others were faster";
  return {};
}

}  // namespace signpost
