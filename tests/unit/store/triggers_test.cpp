#include <catch2/catch.hpp>

#include "base/digest.h"
#include "support.h"

namespace signpost {
namespace {

/// A store with a row in each table: capture 1 labelled, reviewed and exported, a token, a
/// tombstone.
void fill(const Folder& folder) {
  CaptureStore store(folder / "c.db", Database::Missing::create);
  const Submission submission{"a",          "phone",    "corner", Prediction{"net", 1, 0.5, "[]"},
                              "2026-01-01", Place{1, 2}};
  const std::string id = add(store, submission, image(1)).capture;
  annotate(store, says(id, 3));
  annotate(store, says(id, 4, "bob"));
  store.undo("bob");
  review(store, id, "accept", "cyd");
  store.record_export({.filter = "{}", .samples = 1, .digest = std::string(64, 'a')});
  store.add_token(Role::device, "phone");
  const std::string gone = add(store, named("b"), image(2)).capture;
  store.purge({.captures = {gone}, .who = "me", .why = "asked"});
}

}  // namespace

TEST_CASE("what was added refuses to be changed, whoever asks") {
  const std::pair<const char*, const char*> refusals[] = {
      {"UPDATE annotations SET label = 4", "annotations are append-only"},
      {"DELETE FROM annotations", "annotations are append-only"},
      {"INSERT OR REPLACE INTO annotations (annotation_id, capture_id, annotator, created, verdict,"
       " label) VALUES (1, 1, 'x', 'y', 'label', 4)",
       "annotations are append-only"},
      {"INSERT INTO annotations (capture_id, annotator, created, verdict, withdraws)"
       " VALUES (1, 'bob', 't', 'withdraw', 1)",
       "an annotator withdraws only annotations of his own"},
      {"INSERT INTO annotations (capture_id, annotator, created, verdict, withdraws)"
       " VALUES (1, 'bob', 't', 'withdraw', 2)",
       "is withdrawn already"},
      {"INSERT OR REPLACE INTO annotations (capture_id, annotator, created, verdict, withdraws)"
       " VALUES (1, 'bob', 't', 'withdraw', 2)",
       "is withdrawn already"},
      {"INSERT INTO annotations (capture_id, annotator, created, verdict, withdraws)"
       " VALUES (1, 'bob', 't', 'withdraw', 3)",
       "an annotator withdraws only annotations of his own"},
      {"UPDATE predictions SET label = 4", "predictions are append-only"},
      {"DELETE FROM predictions", "predictions are append-only"},
      {"INSERT OR REPLACE INTO predictions VALUES (1, 1, 'y', 'z', 4, NULL, NULL)",
       "predictions are append-only"},
      {"UPDATE captures SET width = 9", "captures are never changed"},
      {"UPDATE captures SET sign = 'x'", "a device or sign that is known is never changed"},
      {"UPDATE captures SET device_id = NULL", "a device or sign that is known is never changed"},
      {"UPDATE captures SET taken = NULL", "a time or place that is known is never changed"},
      {"UPDATE captures SET longitude = 3", "a time or place that is known is never changed"},
      {"DELETE FROM captures", "captures are never deleted without a tombstone"},
      {"INSERT OR REPLACE INTO captures (sha256, media_type, width, height, bytes, received, file)"
       " SELECT sha256, media_type, 9, 9, 9, received, file FROM captures",
       "captures are never replaced"},
      {"DELETE FROM images", "images are never deleted without a tombstone"},
      {"DELETE FROM devices", "FOREIGN KEY constraint failed"},
      {"UPDATE reviews SET decision = 'reject'", "reviews are append-only"},
      {"DELETE FROM reviews", "reviews are append-only"},
      {"INSERT OR REPLACE INTO reviews SELECT review_id, capture_id, annotation_id, seen, 'x', 't',"
       " 'reject', NULL FROM reviews",
       "reviews are append-only"},
      {"INSERT INTO reviews VALUES (NULL, 1, 1, 3, 'ann', 't', 'accept', NULL)",
       "a review is of an opinion that somebody else has on that capture"},
      {"INSERT INTO reviews VALUES (NULL, 1, 3, 3, 'dan', 't', 'accept', NULL)",
       "a review is of an opinion that somebody else has on that capture"},
      {"UPDATE exports SET samples = 2", "exports are append-only"},
      {"DELETE FROM exports", "exports are append-only"},
      {"INSERT OR REPLACE INTO exports SELECT * FROM exports", "exports are append-only"},
      {"UPDATE tombstones SET why = 'x'", "tombstones are append-only"},
      {"DELETE FROM tombstones", "tombstones are append-only"},
      {"INSERT OR REPLACE INTO tombstones SELECT * FROM tombstones", "tombstones are append-only"},
      {"UPDATE tokens SET role = 'admin'", "tokens are never changed"},
      {"UPDATE tokens SET hash = replace(hash, 'a', 'b')", "tokens are never changed"},
      {"DELETE FROM tokens", "tokens are never deleted"},
      {"INSERT OR REPLACE INTO tokens SELECT token_id, hash, 'admin', name, created, NULL, NULL"
       " FROM tokens",
       "tokens are never replaced"},
  };
  const Folder folder;
  fill(folder);
  for (const auto& [sql, refusal] : refusals) {
    INFO(sql);
    CHECK(answer_to(folder / "c.db", sql) == refusal);
  }
}

TEST_CASE("rows that contradict themselves are refused") {
  const std::pair<const char*, const char*> refusals[] = {
      {"INSERT INTO annotations (capture_id, annotator, created, verdict, label)"
       " VALUES (7, 'x', 'y', 'label', 4)",
       "FOREIGN KEY constraint failed"},
      {"INSERT INTO annotations (capture_id, annotator, created, verdict)"
       " VALUES (1, 'x', 'y', 'maybe')",
       "NOT NULL constraint failed: capture_now.status"},
      {"INSERT INTO annotations (capture_id, annotator, created, verdict)"
       " VALUES (1, 'x', 'y', 'withdraw')",
       "CHECK constraint failed: (verdict = 'withdraw') = (withdraws IS NOT NULL)"},
      {"INSERT INTO annotations (capture_id, annotator, created, verdict, mode)"
       " VALUES (1, 'x', 'y', 'unsure', 'deaf')",
       "CHECK constraint failed: mode IN ('open', 'blind', 'adjudication')"},
      {"INSERT INTO links VALUES (1, 1, 1.0)", "CHECK constraint failed: other_id < capture_id"},
      {"INSERT INTO tokens (hash, role, name, created) VALUES ('plain', 'device', 'x', 't')",
       "CHECK constraint failed: length(hash) = 64 AND hash NOT GLOB '*[^0-9a-f]*'"},
  };
  const Folder folder;
  fill(folder);
  for (const auto& [sql, refusal] : refusals) {
    INFO(sql);
    CHECK(answer_to(folder / "c.db", sql) == refusal);
  }
}

}  // namespace signpost
