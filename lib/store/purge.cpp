#include "store/purge.h"

#include <fmt/format.h>

#include "base/error.h"
#include "store/captures.h"
#include "store/image_folder.h"
#include "store/media_type.h"
#include "store/names.h"
#include "store/time.h"

namespace signpost {
namespace {

void refuse_unsound(const PurgeRequest& request) {
  if (request.captures.empty() && request.device.empty() && request.before.empty())
    throw Error(Blame::usage,
                "name captures, a device or a date; a purge of everything is refused");
  if (request.who.empty()) throw Error(Blame::usage, "say who purges with --who");
  if (request.why.empty()) throw Error(Blame::usage, "say why with --why; the tombstone keeps it");
  const std::string wrong = wrong_name("purger's", request.who);
  if (!wrong.empty()) throw Error(Blame::usage, "--who " + wrong);
}

}  // namespace

PurgeAnswer CaptureStore::purge(const PurgeRequest& request) {
  refuse_unsound(request);
  PurgeAnswer answer;
  std::vector<std::filesystem::path> files;
  database_.execute("PRAGMA secure_delete=ON");
  Transaction transaction(database_);
  const std::string now = utc_text(clock_());
  database_.execute("CREATE TEMP TABLE IF NOT EXISTS purging (capture_id INTEGER PRIMARY KEY)");
  database_.execute("DELETE FROM temp.purging");
  const char* const choose =
      "INSERT OR IGNORE INTO temp.purging SELECT capture_id FROM captures"
      " WHERE (?1 IS NULL OR capture_id = ?1)"
      " AND (?2 IS NULL OR device_id = (SELECT device_id FROM devices WHERE name = ?2))"
      " AND (?3 IS NULL OR received < ?3)";
  const auto device = null_if_empty(request.device), before = null_if_empty(request.before);
  for (const std::string& capture : request.captures) {
    std::string wrong;
    const std::optional<Found> found = find_row(capture, wrong);
    if (!found) {
      answer.wrong.push_back(wrong);
    } else {
      Statement(database_, choose).bind(found->id, device, before).run();
    }
  }
  if (!answer.wrong.empty()) return answer;
  if (request.captures.empty()) Statement(database_, choose).bind(nullptr, device, before).run();
  Statement rows(database_,
                 "SELECT sha256, media_type FROM captures JOIN temp.purging USING (capture_id)"
                 " ORDER BY sha256");
  while (rows.step()) {
    answer.purged.push_back({rows.text(0), now, request.who, request.why});
    files.push_back(image_folder_ / ImageFolder::name(rows.text(0), ending_of(rows.text(1))));
  }
  if (request.dry_run) return answer;
  for (const Tombstone& stone : answer.purged) {
    Statement(database_, "INSERT INTO tombstones VALUES (?, ?, ?, ?)")
        .bind(stone.sha256, stone.purged, stone.who, stone.why)
        .run();
  }
  database_.execute("PRAGMA defer_foreign_keys=ON");
  database_.execute("DELETE FROM links WHERE other_id IN temp.purging");
  for (const char* table : {"links", "leases", "skips", "reviews", "capture_now", "fingerprints",
                            "images", "predictions", "annotations", "captures"}) {
    database_.execute(fmt::format("DELETE FROM {} WHERE capture_id IN temp.purging", table));
  }
  database_.execute("DELETE FROM temp.purging");
  // Files go before the rows that name them are gone for good: dying in between leaves captures
  // whose image is missing, that can be purged again.
  for (const std::filesystem::path& file : files) {
    std::error_code error;
    std::filesystem::remove(file, error);
    if (error) {
      throw Error(Blame::environment,
                  fmt::format("cannot remove {}: {}", file.string(), error.message()));
    }
  }
  transaction.commit();
  answer.log_emptied = database_.empty_log();
  return answer;
}

std::vector<Tombstone> CaptureStore::tombstones() {
  std::vector<Tombstone> all;
  Statement rows(database_,
                 "SELECT sha256, purged, who, why FROM tombstones ORDER BY purged, sha256");
  while (rows.step()) all.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3)});
  return all;
}

}  // namespace signpost
