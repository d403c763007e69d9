#include "store/captures.h"

#include <catch2/catch.hpp>

#include "base/digest.h"
#include "base/error.h"
#include "store/intake.h"
#include "store/migrate.h"
#include "support.h"

namespace signpost {
namespace {

CaptureStore open(const Folder& folder) {
  return CaptureStore(folder / "c.db", Database::Missing::create);
}

/// What SQLite says to `sql`, asked behind the store's back.
std::string answer(const Folder& folder, const std::string& sql) {
  Database database(folder / "c.db", Database::Missing::refuse, 1);
  try {
    database.execute(sql);
    return "done";
  } catch (const Error& error) {
    return std::string(error.what()).substr(database.name().size() + 2);
  }
}

Annotation says(const std::string& capture, int label) {
  return {capture, "ann", "label", label, {}, {}};
}

std::string annotate(CaptureStore& store, const Annotation& annotation) {
  return store.annotate(std::span(&annotation, 1)).front().wrong;
}

}  // namespace

TEST_CASE("an image submitted twice is one capture, whatever its name") {
  const Folder folder;
  CaptureStore store = open(folder);
  const Admission first = add(store, named("a.ppm"), image(1));
  const Admission second = add(store, named("b.ppm"), image(1));
  CHECK(first.is_new);
  CHECK(second.wrong.empty());
  CHECK_FALSE(second.is_new);
  CHECK(first.capture == second.capture);
  CHECK(first.capture == sha256_hex(image(1)).substr(0, 16));
  const std::vector<CaptureState> captures = all(store);
  REQUIRE(captures.size() == 1);
  CHECK(captures[0].file == "a.ppm");
  CHECK(captures[0].width == 4);
  CHECK(captures[0].height == 3);
  CHECK(captures[0].status == "new");
  CHECK(captures[0].media_type == "image/x-portable-pixmap");
}

TEST_CASE("an image that stands twice in one group is new once") {
  const Folder folder;
  CaptureStore store = open(folder);
  std::string wrong;
  const std::vector<StagedCapture> staged(2, *store.stage(named("a"), image(1), wrong));
  const std::vector<Admission> answers = store.admit(staged);
  CHECK(answers[0].is_new);
  CHECK_FALSE(answers[1].is_new);
}

TEST_CASE("what does not decode is no capture and leaves nothing behind") {
  const Folder folder;
  CaptureStore store = open(folder);
  std::string wrong;
  Bytes cut = image(1);
  cut.pop_back();
  CHECK_FALSE(store.stage(named("a"), cut, wrong));
  CHECK(wrong == "is truncated: 35 of 36 raster bytes");
  CHECK_FALSE(store.stage(named("a"), {}, wrong));
  CHECK(wrong == "is empty");
  CHECK_FALSE(std::filesystem::exists(store.image_folder()));
}

TEST_CASE("dying between the file and the row does no harm, and the image can be added again") {
  const Folder folder;
  {
    CaptureStore store = open(folder);
    ImageFolder images(store.image_folder());
    images.write(sha256_hex(image(1)), ".ppm", image(1));
    images.settle();
  }
  CaptureStore store = open(folder);
  CHECK(all(store).empty());
  CHECK(add(store, named("a"), image(1)).is_new);
  CHECK(all(store).size() == 1);
}

TEST_CASE("what was staged and not admitted leaves nothing, nor what a dead program left") {
  const Folder folder;
  const std::filesystem::path incoming = folder / "c.db.images/incoming";
  const pid_t child = start([&] {
    CaptureStore store = open(folder);
    std::string wrong;
    store.stage(named("a"), image(1), wrong);
    _exit(0);  // without destructors
    return 1;
  });
  CHECK(exit_of(child) == 0);
  CHECK_FALSE(std::filesystem::is_empty(incoming));
  for (const auto& entry : std::filesystem::directory_iterator(incoming)) {
    std::filesystem::last_write_time(
        entry, std::filesystem::file_time_type::clock::now() - std::chrono::hours(25));
  }
  {
    CaptureStore store = open(folder);
    std::string wrong;
    REQUIRE(store.stage(named("b"), image(2), wrong));
    CHECK(std::distance(std::filesystem::directory_iterator(incoming), {}) == 1);
  }
  CHECK(std::filesystem::is_empty(incoming));
}

TEST_CASE("an image file that was lost or spoilt is restored when its image comes again") {
  const Folder folder;
  CaptureStore store = open(folder);
  add(store, named("a"), image(1));
  const std::filesystem::path file =
      store.image_folder() / CaptureStore::image_name(all(store).front());
  Bytes there;
  SECTION("lost") { std::filesystem::remove(file); }
  SECTION("spoilt") { write(file, std::string(image(1).size(), 'x')); }
  SECTION("cut") { write(file, "P6"); }
  CHECK_FALSE(add(store, named("a"), image(1)).is_new);
  read_file(file, there);
  CHECK(there == image(1));
}

TEST_CASE("a device and a sign are filled in where they were unknown, never changed") {
  const Folder folder;
  CaptureStore store = open(folder);
  add(store, named("a"), image(1));
  CHECK(add(store, {"a", "phone", "", {}}, image(1)).wrong.empty());
  CHECK(add(store, {"a", "", "corner", {}}, image(1)).wrong.empty());
  const std::string id = short_id(sha256_hex(image(1)));
  CHECK(add(store, {"a", "phone", "elsewhere", {}}, image(1)).wrong ==
        "is capture " + id + " already, of group \"corner\", not \"elsewhere\"; the first stays");
  CHECK(add(store, {"a", "camera", "corner", {}}, image(1)).wrong ==
        "is capture " + id + " already, of device \"phone\", not \"camera\"; the first stays");
  const CaptureState capture = all(store).front();
  CHECK(capture.device == "phone");
  CHECK(capture.group == "corner");
}

TEST_CASE("the last prediction counts, and the same one twice is one") {
  const Folder folder;
  CaptureStore store = open(folder);
  const Prediction first{"net-1", 14, 0.5, "[]"}, second{"net-2", 3, {}, {}};
  for (const Prediction& prediction : {first, first, second, second})
    add(store, {"a", "", "", prediction}, image(1));
  add(store, named("a"), image(1));
  const CaptureState capture = all(store).front();
  REQUIRE(capture.prediction);
  CHECK(capture.prediction->model == "net-2");
  CHECK(capture.prediction->label == 3);
  CHECK_FALSE(capture.prediction->confidence);
  Database database(folder / "c.db", Database::Missing::refuse, 1);
  CHECK(database.integer("SELECT count(*) FROM predictions") == 2);
}

TEST_CASE("the last annotation is what a capture is, and all of them stay") {
  const Folder folder;
  CaptureStore store = open(folder);
  const std::string id = add(store, named("a"), image(1)).capture;
  CHECK(annotate(store, says(id, 3)).empty());
  CHECK(all(store).front().status == "labelled");
  CHECK(annotate(store, {id, "bob", "unsure", {}, Roi{0, 0, 4, 3}, "dark"}).empty());
  CHECK(all(store).front().status == "unsure");
  CHECK(all(store).front().annotation.note == "dark");
  CHECK(annotate(store, {"capture/" + id, "bob", "reject", {}, {}, {}}).empty());
  CHECK(all(store).front().status == "rejected");
  CHECK(annotate(store, {id.substr(0, 6), "ann", "label", 14, Roi{1, 0, 4, 2}, {}}).empty());
  const CaptureState capture = all(store).front();
  CHECK(capture.status == "labelled");
  CHECK(capture.annotation.label == 14);
  CHECK(capture.annotation.roi == Roi{1, 0, 4, 2});
  CHECK(capture.annotation_id == 4);
}

TEST_CASE("an annotation that does not fit says why, and the others of its group stay") {
  const Folder folder;
  CaptureStore store = open(folder);
  const std::string id = add(store, named("a"), image(1)).capture;
  const std::vector<Annotation> annotations = {
      says(id, 3),
      says(id, 43),
      says(id, -1),
      says("abc", 3),
      says("ABCDEF", 3),
      says("000000", 3),
      {id, "ann", "label", 3, Roi{0, 0, 5, 3}, {}},
      {id, "ann", "label", 3, Roi{2, 0, 2, 3}, {}},
      {id, "ann", "label", {}, {}, {}},
      {id, "ann", "reject", 3, {}, {}},
      {id, "ann", "reject", {}, Roi{0, 0, 1, 1}, {}},
      {id, "ann", "perhaps", {}, {}, {}},
      {id, "", "label", 3, {}, {}},
      {id, "a\nb", "label", 3, {}, {}},
      says(id, 42),
  };
  std::vector<std::string> wrongs;
  for (const AnnotationAnswer& one : store.annotate(annotations)) wrongs.push_back(one.wrong);
  CHECK(wrongs ==
        std::vector<std::string>{
            "",
            "class 43 is not in the catalogue; give one that is",
            "class -1 is not in the catalogue; give one that is",
            "\"abc\" is no capture id; give 6 digits or more of what capture list prints",
            "\"ABCDEF\" is no capture id; give 6 digits or more of what capture list prints",
            "no capture begins with 000000; capture list prints those there are",
            "roi [0,0,5,3] is empty or not inside the image of 4x3 pixels",
            "roi [2,0,2,3] is empty or not inside the image of 4x3 pixels",
            "has no label; give one, or reject, or unsure",
            "has a label and the verdict reject; give one of the two",
            "has a roi and the verdict reject; give one of the two",
            "has the verdict \"perhaps\"; give label, reject or unsure",
            "has no annotator; say who labels with --annotator",
            "has a control character in its annotator name; take it out",
            "",
        });
  CHECK(all(store).front().annotation.label == 42);
}

TEST_CASE("a prefix that several captures share is refused") {
  const Folder folder;
  CaptureStore store = open(folder);
  add(store, named("a"), image(1));
  const std::string twin =
      "INSERT INTO captures SELECT NULL, substr(sha256, 1, 10) ||"
      " replace(substr(sha256, 11), substr(sha256, 11, 6), '000000'),"
      " media_type, width, height, bytes, received, file, NULL, NULL"
      " FROM captures";
  REQUIRE(answer(folder, twin) == "done");
  const std::string prefix = sha256_hex(image(1)).substr(0, 10);
  CHECK(annotate(store, says(prefix, 1)) ==
        "several captures begin with " + prefix + "; give more digits");
  CHECK(annotate(store, says(sha256_hex(image(1)), 1)).empty());
}

TEST_CASE("another image with the same first 16 digits is refused") {
  const Folder folder;
  CaptureStore store = open(folder);
  std::string wrong;
  std::vector<StagedCapture> staged(2, *store.stage(named("a"), image(1), wrong));
  staged[1].sha256.replace(60, 4, staged[1].sha256.ends_with("0000") ? "1111" : "0000");
  CHECK(store.admit(staged)[1].wrong ==
        "shares the id " + short_id(staged[0].sha256) + " with another image; it cannot be kept");
}

TEST_CASE("captures are found by status, class and order") {
  const Folder folder;
  CaptureStore store = open(folder);
  std::vector<std::string> ids;
  const std::optional<double> confidences[] = {0.9, 0.2, {}};
  for (int i = 0; i < 3; ++i) {
    Submission submission = named(std::to_string(i));
    if (confidences[i]) submission.prediction = Prediction{"net", i, confidences[i], {}};
    ids.push_back(add(store, submission, image(i)).capture);
  }
  REQUIRE(annotate(store, says(ids[0], 5)).empty());
  const auto files = [&](const CaptureFilter& filter) {
    std::string names;
    for (const CaptureState& capture : all(store, filter)) names += capture.file;
    return names;
  };
  CHECK(files({}) == "210");
  CHECK(files({.limit = 1}) == "2");
  CHECK(files({.limit = 0}).empty());
  CHECK(files({.status = "new"}) == "21");
  CHECK(files({.status = "labelled"}) == "0");
  CHECK(files({.label = 5}) == "0");
  CHECK(files({.label = 0}).empty());
  CHECK(files({.label = 1}) == "1");
  CHECK(files({.order = CaptureOrder::uncertain}) == "102");
  CHECK(files({.order = CaptureOrder::digest}) == [&] {
    std::vector<std::pair<std::string, std::string>> sorted;
    for (int i = 0; i < 3; ++i) sorted.emplace_back(sha256_hex(image(i)), std::to_string(i));
    std::ranges::sort(sorted);
    return sorted[0].second + sorted[1].second + sorted[2].second;
  }());
}

TEST_CASE("captures, predictions and annotations refuse to be changed, whoever asks") {
  const Folder folder;
  {
    CaptureStore store = open(folder);
    const std::string id =
        add(store, {"a", "phone", "corner", Prediction{"net", 1, 0.5, "[]"}}, image(1)).capture;
    REQUIRE(annotate(store, says(id, 3)).empty());
  }
  const std::pair<const char*, const char*> refusals[] = {
      {"UPDATE annotations SET label = 4", "annotations are append-only"},
      {"DELETE FROM annotations", "annotations are append-only"},
      {"INSERT OR REPLACE INTO annotations VALUES (1, 1, 'x', 'y', 'label', 4, NULL, NULL, NULL,"
       " NULL, NULL)",
       "annotations are append-only"},
      {"UPDATE predictions SET label = 4", "predictions are append-only"},
      {"DELETE FROM predictions", "predictions are append-only"},
      {"INSERT OR REPLACE INTO predictions VALUES (1, 1, 'y', 'z', 4, NULL, NULL)",
       "predictions are append-only"},
      {"UPDATE captures SET width = 9", "captures are never changed"},
      {"UPDATE captures SET sign = 'x'", "a device or sign that is known is never changed"},
      {"UPDATE captures SET device_id = NULL", "a device or sign that is known is never changed"},
      {"DELETE FROM captures", "captures are never deleted"},
      {"INSERT OR REPLACE INTO captures SELECT NULL, sha256, media_type, 9, 9, 9, received, file,"
       " NULL, NULL FROM captures",
       "captures are never replaced"},
      {"DELETE FROM devices", "FOREIGN KEY constraint failed"},
      {"INSERT INTO annotations VALUES (NULL, 7, 'x', 'y', 'label', 4, NULL, NULL, NULL, NULL,"
       " NULL)",
       "FOREIGN KEY constraint failed"},
      {"INSERT INTO annotations VALUES (NULL, 1, 'x', 'y', 'maybe', NULL, NULL, NULL, NULL, NULL,"
       " NULL)",
       "FOREIGN KEY constraint failed"},
  };
  for (const auto& [sql, refusal] : refusals) {
    INFO(sql);
    CHECK(answer(folder, sql) == refusal);
  }
}

TEST_CASE("images of a folder are found sorted, hidden and other files are passed over") {
  const Folder folder;
  std::filesystem::create_directories(folder / "b/.cache");
  for (const char* name : {"z.ppm", "b/y.JPG", "b/x.jpeg", "a.png", ".h.png", "b/.cache/q.png",
                           "GT-00000.csv", "noending"}) {
    write(folder / name, "");
  }
  std::size_t skipped = 0;
  std::string names;
  for (const std::string& path : images_below(folder.path(), skipped))
    names += path.substr(folder.path().string().size());
  CHECK(names == "/a.png/b/x.jpeg/b/y.JPG/z.ppm");
  CHECK(skipped == 2);
}

TEST_CASE("processes that add to one new store at once are all served") {
  const Folder folder;
  constexpr int kProcesses = 6, kEach = 40;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    children.push_back(start([&] {
      CaptureStore store = open(folder);
      for (int i = 0; i < kEach; ++i) {
        // Every image is added by two of the processes.
        const int number = (process / 2) * kEach + i;
        const Admission answer = add(store, named(std::to_string(number)), image(number));
        if (!answer.wrong.empty()) return 1;
        if (!annotate(store, says(answer.capture, process)).empty()) return 2;
      }
      return 0;
    }));
  }
  for (const pid_t child : children) CHECK(exit_of(child) == 0);
  CaptureStore store = open(folder);
  CHECK(all(store).size() == kProcesses / 2 * kEach);
  Database database(folder / "c.db", Database::Missing::refuse, 1);
  CHECK(database.integer("SELECT count(*) FROM annotations") == kProcesses * kEach);
}

}  // namespace signpost
