#include <catch2/catch.hpp>
#include <sstream>

#include "base/digest.h"
#include "store/image_folder.h"
#include "store/migrate.h"
#include "support.h"

namespace signpost {
namespace {

/// A store as the first release made it: its schema, its rows, its images in files.
void make_first_release(const Folder& folder) {
  const std::vector<Migration> steps = migrations();
  Database database(folder / "c.db", Database::Missing::create, 1);
  migrate(database, std::span(steps).first(1));
  ImageFolder images(folder / "c.db.images");
  for (int i = 1; i <= 4; ++i) {
    const std::string sha256 = sha256_hex(image(i));
    images.write(sha256, ".ppm", image(i));
    Statement(database,
              "INSERT INTO captures (sha256, media_type, width, height, bytes, received, file)"
              " VALUES (?, 'image/x-portable-pixmap', 4, 3, ?, '2026-01-01T00:00:00.000Z', ?)")
        .bind(sha256, static_cast<std::int64_t>(image(i).size()), std::to_string(i))
        .run();
  }
  images.settle();
  database.execute(
      "INSERT INTO devices VALUES (1, 'phone', '2026-01-01T00:00:00.000Z');"
      "UPDATE captures SET device_id = 1 WHERE capture_id = 1;"
      "INSERT INTO predictions VALUES (1, 1, 't', 'net-1', 3, 0.5, NULL),"
      " (2, 1, 't', 'net-2', 4, 0.25, '[]'), (3, 4, 't', 'net-2', 5, 0.75, NULL);"
      "INSERT INTO annotations VALUES (1, 1, 'ann', 't', 'label', 3, NULL, NULL, NULL, NULL, NULL),"
      " (2, 1, 'bob', 't', 'label', 4, 0, 0, 2, 2, 'n'),"
      " (3, 2, 'ann', 't', 'label', 4, NULL, NULL, NULL, NULL, NULL),"
      " (4, 2, 'ann', 't', 'reject', NULL, NULL, NULL, NULL, NULL, NULL),"
      " (5, 3, 'ann', 't', 'unsure', NULL, NULL, NULL, NULL, NULL, NULL)");
}

std::string summary(CaptureStore& store) {
  std::ostringstream text;
  for (const CaptureState& capture : all(store)) {
    text << capture.file << ' ' << capture.status;
    if (capture.annotation.label) text << ' ' << *capture.annotation.label;
    if (capture.prediction) text << " predicted " << capture.prediction->label;
    if (!capture.device.empty()) text << " by " << capture.device;
    text << '\n';
  }
  return text.str();
}

}  // namespace

TEST_CASE("a store of the first release opens, keeps its rows and means what it meant") {
  const Folder folder;
  make_first_release(folder);
  for (int round = 0; round < 2; ++round) {
    CaptureStore store(folder / "c.db", Database::Missing::refuse);
    CHECK(summary(store) ==
          "4 new predicted 5\n3 unsure\n2 rejected\n1 labelled 4 predicted 4 by phone\n");
    CHECK(all(store, {.order = CaptureOrder::uncertain}).front().file == "1");
    CHECK(all(store, {.statuses = {"labelled"}}).front().annotation.roi == Roi{0, 0, 2, 2});
    CHECK(store.damage(true).empty());
  }
  CHECK(ask(folder / "c.db", "SELECT count(*) FROM annotations") == 5);
  CHECK(ask(folder / "c.db", "SELECT count(*) FROM predictions") == 3);
}

TEST_CASE("a capture of the first release keeps its image in a file, until that is lost") {
  const Folder folder;
  make_first_release(folder);
  CaptureStore store(folder / "c.db", Database::Missing::refuse);
  const CaptureState capture = all(store).back();
  const std::filesystem::path file =
      store.image_folder() / ImageFolder::name(capture.sha256, ".ppm");
  Bytes content;
  std::string wrong;
  REQUIRE(store.image(capture, content, wrong));
  CHECK(content == image(1));
  SECTION("lost") {
    std::filesystem::remove(file);
    CHECK_FALSE(store.image(capture, content, wrong));
    CHECK(wrong == "its image " + file.string() + " is missing; add the image again");
  }
  SECTION("spoilt") {
    write(file, "P6");
    CHECK_FALSE(store.image(capture, content, wrong));
    CHECK(wrong == "its image in " + file.string() + " is damaged; add the image again");
  }
  CHECK_FALSE(add(store, named("again"), image(1)).is_new);
  CHECK(store.image(capture, content, wrong));
  CHECK(content == image(1));
}

TEST_CASE("captures of the first release go through the queue, are purged and are looked at") {
  const Folder folder;
  make_first_release(folder);
  CaptureStore store(folder / "c.db", Database::Missing::refuse);
  CHECK(store.next({.annotator = "cyd", .count = 9}).size() == 2);
  CHECK(store.next({.annotator = "ann", .count = 9}).empty());
  store.release("cyd");
  CHECK(store.next({.annotator = "ann", .count = 9}).size() == 1);
  CHECK(store.fingerprint_missing(3) == 3);
  CHECK(store.fingerprint_missing(9) == 1);
  CHECK(store.fingerprint_missing(9) == 0);
  const CaptureState capture = all(store).back();
  const std::filesystem::path file =
      store.image_folder() / ImageFolder::name(capture.sha256, ".ppm");
  CHECK(store.purge({.captures = {capture.sha256}, .who = "me", .why = "asked"}).purged.size() ==
        1);
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK(all(store).size() == 3);
}

}  // namespace signpost
