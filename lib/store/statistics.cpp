#include "store/statistics.h"

#include <algorithm>
#include <map>

#include "store/agreement.h"
#include "store/captures.h"
#include "store/listing.h"

namespace signpost {
namespace {

constexpr int kReject = -1;

/// What each annotator said of one capture, blind: a class, or kReject.
using Ratings = std::map<std::string, int>;

std::vector<Ratings> blind_ratings(Database& database) {
  std::vector<Ratings> all;
  // What a reviewer rejected afterwards was said all the same.
  Statement rows(database,
                 "SELECT capture_id, annotator, label FROM annotations a WHERE mode = 'blind'"
                 " AND verdict IN ('label', 'reject') AND NOT EXISTS (SELECT 1 FROM annotations w"
                 " WHERE w.withdraws = a.annotation_id) ORDER BY capture_id, annotation_id");
  std::int64_t last = 0;
  while (rows.step()) {
    if (rows.integer(0) != last) all.emplace_back();
    last = rows.integer(0);
    all.back()[rows.text(1)] = rows.optional_int(2).value_or(kReject);
  }
  return all;
}

/// Categories as 0, 1, 2 …
class Categories {
 public:
  std::size_t of(int value) { return numbers_.try_emplace(value, numbers_.size()).first->second; }
  std::size_t size() const { return numbers_.size(); }

 private:
  std::map<int, std::size_t> numbers_;
};

std::vector<PairAgreement> pair_agreements(const std::vector<Ratings>& all) {
  std::map<std::pair<std::string, std::string>, std::vector<std::pair<int, int>>> pairs;
  for (const Ratings& ratings : all) {
    for (auto first = ratings.begin(); first != ratings.end(); ++first) {
      for (auto second = std::next(first); second != ratings.end(); ++second)
        pairs[{first->first, second->first}].emplace_back(first->second, second->second);
    }
  }
  std::vector<PairAgreement> agreements;
  for (const auto& [names, both] : pairs) {
    Categories categories;
    for (const auto& [one, other] : both) {
      categories.of(one);
      categories.of(other);
    }
    std::vector<std::int64_t> counts(categories.size() * categories.size());
    std::int64_t same = 0;
    for (const auto& [one, other] : both) {
      ++counts[categories.of(one) * categories.size() + categories.of(other)];
      same += one == other ? 1 : 0;
    }
    const auto captures = static_cast<std::int64_t>(both.size());
    agreements.push_back({names.first, names.second, captures,
                          static_cast<double>(same) / static_cast<double>(captures),
                          cohen_kappa(counts, categories.size())});
  }
  return agreements;
}

void add_fleiss(const std::vector<Ratings>& all, StoreFigures& figures) {
  std::map<std::size_t, std::int64_t> by_raters;
  for (const Ratings& ratings : all) {
    if (ratings.size() > 1) ++by_raters[ratings.size()];
  }
  if (by_raters.empty()) return;
  const auto most =
      std::ranges::max_element(by_raters, {}, [](const auto& entry) { return entry.second; });
  figures.fleiss_raters = static_cast<std::int64_t>(most->first);
  figures.fleiss_captures = most->second;
  Categories categories;
  for (const Ratings& ratings : all) {
    for (const auto& [annotator, value] : ratings) categories.of(value);
  }
  std::vector<std::int64_t> counts;
  for (const Ratings& ratings : all) {
    if (ratings.size() != most->first) continue;
    counts.resize(counts.size() + categories.size());
    for (const auto& [annotator, value] : ratings)
      ++counts[counts.size() - categories.size() + categories.of(value)];
  }
  figures.fleiss_kappa = fleiss_kappa(counts, categories.size());
}

std::vector<AnnotatorFigures> annotator_figures(Database& database) {
  std::vector<AnnotatorFigures> all;
  Statement rows(database,
                 "SELECT a.annotator, count(*), count(w.annotation_id),"
                 " count(r.review_id) FILTER (WHERE w.annotation_id IS NULL),"
                 " count(r.review_id) FILTER (WHERE w.annotation_id IS NULL"
                 " AND r.decision = 'reject')"
                 " FROM annotations a LEFT JOIN annotations w ON w.withdraws = a.annotation_id"
                 " LEFT JOIN reviews r ON r.review_id = (SELECT max(review_id) FROM reviews l"
                 " WHERE l.annotation_id = a.annotation_id AND a.mode <> 'adjudication')"
                 " WHERE a.verdict <> 'withdraw' GROUP BY a.annotator ORDER BY a.annotator");
  while (rows.step()) {
    AnnotatorFigures one;
    one.annotator = rows.text(0);
    one.withdrawn = rows.integer(2);
    one.annotations = rows.integer(1) - one.withdrawn;
    one.reviewed = rows.integer(3);
    one.refused = rows.integer(4);
    all.push_back(std::move(one));
  }
  constexpr double kMinute = 60'000;
  for (AnnotatorFigures& one : all) {
    one.median_ms = median_ms(database, one.annotator);
    if (one.median_ms && *one.median_ms > 0) one.per_minute = kMinute / *one.median_ms;
  }
  return all;
}

}  // namespace

std::optional<double> median_ms(Database& database, const std::string& annotator) {
  Statement median(database,
                   "WITH times AS (SELECT a.milliseconds AS ms, row_number() OVER (ORDER BY "
                   "a.milliseconds) AS place, count(*) OVER () AS n FROM annotations a"
                   " WHERE a.annotator = ? AND a.milliseconds IS NOT NULL AND NOT EXISTS"
                   " (SELECT 1 FROM annotations w WHERE w.withdraws = a.annotation_id))"
                   " SELECT avg(ms) FROM times WHERE place IN ((n + 1) / 2, (n + 2) / 2)");
  median.bind(annotator).step();
  if (median.is_null(0)) return std::nullopt;
  return median.real(0);
}

StoreFigures CaptureStore::figures() {
  StoreFigures figures;
  figures.captures = database_.integer("SELECT count(*) FROM captures");
  figures.bytes = database_.integer("SELECT sum(bytes) FROM captures");
  figures.flagged = database_.integer("SELECT count(*) FROM capture_state WHERE flagged");
  figures.similar = database_.integer(
      "SELECT count(*) FROM (SELECT capture_id FROM links UNION SELECT other_id FROM links)");
  figures.purged = database_.integer("SELECT count(*) FROM tombstones");
  for (const char* status : kCaptureStatuses) figures.by_status[status] = 0;
  Statement statuses(database_, "SELECT status, count(*) FROM capture_now GROUP BY status");
  while (statuses.step()) figures.by_status[statuses.text(0)] = statuses.integer(1);
  Statement classes(database_,
                    "SELECT label, count(*), count(*) FILTER (WHERE predicted = label),"
                    " count(*) FILTER (WHERE predicted <> label) FROM capture_state"
                    " WHERE status IN ('labelled', 'accepted') GROUP BY label");
  while (classes.step()) {
    figures.by_class[static_cast<int>(classes.integer(0))] = classes.integer(1);
    figures.predicted_right += classes.integer(2);
    figures.predicted_wrong += classes.integer(3);
  }
  Statement devices(database_,
                    "SELECT coalesce(d.name, ''), count(*) FROM captures"
                    " LEFT JOIN devices d USING (device_id) GROUP BY d.name");
  while (devices.step()) figures.by_device[devices.text(0)] = devices.integer(1);
  figures.annotators = annotator_figures(database_);
  const std::vector<Ratings> ratings = blind_ratings(database_);
  figures.pairs = pair_agreements(ratings);
  add_fleiss(ratings, figures);
  return figures;
}

}  // namespace signpost
