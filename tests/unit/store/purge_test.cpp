#include "store/purge.h"

#include <catch2/catch.hpp>

#include "base/digest.h"
#include "base/error.h"
#include "support.h"

namespace signpost {
namespace {

/// Three captures with all that can hang on one.
struct Full {
  Folder folder;
  CaptureStore store{folder / "c.db", Database::Missing::create};
  std::vector<std::string> ids;

  Full() {
    for (int i = 0; i < 3; ++i) {
      Submission submission{"secret name " + std::to_string(i), i < 2 ? "phone" : "camera",
                            "corner", Prediction{"net", i, 0.5, "[]"}};
      Bytes content;
      encode_ppm(drawing(40, 7), content);
      content.back() = static_cast<std::uint8_t>(i);
      ids.push_back(add(store, submission, content).capture);
      annotate(store, says(ids.back(), 3, "ann", true));
      annotate(store, says(ids.back(), 4, "bob", true));
      review(store, ids.back(), "adjudicate", "cyd", 3);
      store.undo("ann");
      store.skip("ann", ids.back());
    }
  }
  std::int64_t rows() {
    std::int64_t all = 0;
    for (const char* table : {"captures", "images", "fingerprints", "links", "predictions",
                              "annotations", "reviews", "leases", "skips", "capture_now"}) {
      all += ask(folder / "c.db", std::string("SELECT count(*) FROM ") + table);
    }
    return all;
  }
  bool on_disk(const std::string& text) {
    for (const char* name : {"c.db", "c.db-wal"}) {
      if (std::filesystem::exists(folder / name) &&
          read_text(folder / name).find(text) != std::string::npos) {
        return true;
      }
    }
    return false;
  }
};

}  // namespace

TEST_CASE("a purged capture goes with all that hangs on it, and its tombstone stays") {
  Full full;
  REQUIRE(full.on_disk("secret name 0"));
  const PurgeAnswer answer =
      full.store.purge({.captures = {full.ids[0]}, .who = "me", .why = "the driver asked"});
  REQUIRE(answer.purged.size() == 1);
  CHECK(short_id(answer.purged[0].sha256) == full.ids[0]);
  CHECK(answer.log_emptied);
  CHECK(all(full.store).size() == 2);
  CHECK_FALSE(full.on_disk("secret name 0"));
  CHECK(full.on_disk("secret name 1"));
  const std::vector<Tombstone> stones = full.store.tombstones();
  REQUIRE(stones.size() == 1);
  CHECK(stones[0].who == "me");
  CHECK(stones[0].why == "the driver asked");
  CHECK(full.store.damage(true).empty());
  full.store.purge({.device = "phone", .who = "me", .why = "again"});
  full.store.purge({.device = "camera", .who = "me", .why = "again"});
  CHECK(full.rows() == 0);
  CHECK(full.store.damage(true).empty());
}

TEST_CASE("what was purged is refused when it comes again") {
  Full full;
  const Bytes content = image(1);
  const std::string id = add(full.store, named("a"), content).capture;
  full.store.purge({.captures = {id}, .who = "me", .why = "asked"});
  const Admission answer = add(full.store, named("a"), content);
  CHECK(answer.refusal == Admission::Refusal::purged);
  CHECK(answer.wrong == "was purged on " + full.store.tombstones()[0].purged.substr(0, 10) +
                            " (asked) and is not kept again");
  CHECK(answer_to(full.folder / "c.db",
                  "INSERT INTO captures (sha256, media_type, width, height, bytes, received, file)"
                  " SELECT sha256, 'x', 1, 1, 1, 'x', 'x' FROM tombstones") ==
        "what was purged is never kept again");
}

TEST_CASE("a purge by device and date takes what fits both") {
  Full full;
  CHECK(full.store.purge({.device = "phone", .before = "2000", .who = "me", .why = "w"})
            .purged.empty());
  CHECK(full.store
            .purge({.device = "phone", .before = "2999", .who = "me", .why = "w", .dry_run = true})
            .purged.size() == 2);
  CHECK(all(full.store).size() == 3);
  CHECK(full.store.purge({.device = "phone", .before = "2999", .who = "me", .why = "w"})
            .purged.size() == 2);
  CHECK(only(full.store).device == "camera");
}

TEST_CASE("a purge that names nothing, or what is not there, takes nothing") {
  Full full;
  CHECK_THROWS_WITH(full.store.purge({.who = "me", .why = "w"}),
                    "name captures, a device or a date; a purge of everything is refused");
  CHECK_THROWS_WITH(full.store.purge({.device = "phone", .why = "w"}), "say who purges with --who");
  CHECK_THROWS_WITH(full.store.purge({.device = "phone", .who = "me"}),
                    "say why with --why; the tombstone keeps it");
  const PurgeAnswer answer =
      full.store.purge({.captures = {full.ids[0], "000000"}, .who = "me", .why = "w"});
  CHECK(answer.wrong == std::vector<std::string>{
                            "no capture begins with 000000; capture list prints those there are"});
  CHECK(full.store
            .purge({.device = "x' OR 1=1; --", .who = "me", .why = "w'); DROP TABLE captures; --"})
            .purged.empty());
  CHECK(all(full.store).size() == 3);
}

}  // namespace signpost
