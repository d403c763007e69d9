#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "base/digest.h"
#include "base/error.h"
#include "codecs/decode.h"
#include "store/intake.h"
#include "store/look.h"
#include "support.h"

namespace signpost {
namespace {

CaptureStore open(const Folder& folder) {
  return CaptureStore(folder / "c.db", Database::Missing::create);
}

Submission from(const std::string& device, const std::string& group,
                std::optional<Prediction> prediction = {}) {
  Submission submission = named("a");
  submission.device = device;
  submission.group = group;
  submission.prediction = std::move(prediction);
  return submission;
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
  const std::vector<StagedCapture> staged(2, *CaptureStore::stage(named("a"), image(1), wrong));
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
  CHECK_FALSE(CaptureStore::stage(named("a"), cut, wrong));
  CHECK(wrong == "is truncated: 35 of 36 raster bytes");
  CHECK_FALSE(CaptureStore::stage(named("a"), {}, wrong));
  CHECK(wrong == "is empty");
  CHECK(all(store).empty());
}

TEST_CASE("a device and a sign are filled in where they were unknown, never changed") {
  const Folder folder;
  CaptureStore store = open(folder);
  add(store, named("a"), image(1));
  CHECK(add(store, from("phone", ""), image(1)).wrong.empty());
  CHECK(add(store, from("", "corner"), image(1)).wrong.empty());
  const std::string id = short_id(sha256_hex(image(1)));
  CHECK(add(store, from("phone", "elsewhere"), image(1)).wrong ==
        "is capture " + id + " already, of group \"corner\", not \"elsewhere\"; the first stays");
  CHECK(add(store, from("camera", "corner"), image(1)).wrong ==
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
    add(store, from("", "", prediction), image(1));
  add(store, named("a"), image(1));
  const CaptureState capture = all(store).front();
  REQUIRE(capture.prediction);
  CHECK(capture.prediction->model == "net-2");
  CHECK(capture.prediction->label == 3);
  CHECK_FALSE(capture.prediction->confidence);
  CHECK(ask(folder / "c.db", "SELECT count(*) FROM predictions") == 2);
}

TEST_CASE("another image with the same first 16 digits is refused") {
  const Folder folder;
  CaptureStore store = open(folder);
  std::string wrong;
  std::vector<StagedCapture> staged(2, *CaptureStore::stage(named("a"), image(1), wrong));
  staged[1].sha256.replace(60, 4, staged[1].sha256.ends_with("0000") ? "1111" : "0000");
  CHECK(store.admit(staged)[1].wrong ==
        "shares the id " + short_id(staged[0].sha256) + " with another image; it cannot be kept");
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

TEST_CASE("the bytes of an image are kept in the store as they came") {
  const Folder folder;
  CaptureStore store = open(folder);
  add(store, named("a"), image(1));
  Bytes content;
  std::string wrong;
  REQUIRE(store.image(only(store), content, wrong));
  CHECK(content == image(1));
  CHECK(only(store).bytes == static_cast<std::int64_t>(image(1).size()));
  CHECK_FALSE(std::filesystem::exists(store.image_folder()));
}

TEST_CASE(
    "image bytes that were lost or spoilt are told, and restored when the image comes again") {
  const Folder folder;
  CaptureStore store = open(folder);
  add(store, named("a"), image(1));
  const char* damage = GENERATE("UPDATE images SET content = zeroblob(40)",
                                "UPDATE images SET content = substr(content, 1, 20)");
  REQUIRE(answer_to(folder / "c.db", damage) == "done");
  Bytes content;
  std::string wrong;
  CHECK_FALSE(store.image(only(store), content, wrong));
  CHECK(wrong == "its image in " + (folder / "c.db").string() + " is damaged; add the image again");
  CHECK(store.damage(true) ==
        std::vector<std::string>{"capture " + short_id(only(store).sha256) + ": " + wrong});
  CHECK_FALSE(add(store, named("a"), image(1)).is_new);
  CHECK(store.image(only(store), content, wrong));
  CHECK(content == image(1));
  CHECK(store.damage(true).empty());
}

TEST_CASE("a lost answer and a replay change nothing, whatever was predicted since") {
  const Folder folder;
  CaptureStore store = open(folder);
  const Submission first = from("phone", "", Prediction{"net-1", 14, 0.5, "[]"});
  const Submission later = from("phone", "", Prediction{"net-2", 3, 0.6, "[]"});
  const std::string id = add(store, first, image(1)).capture;
  add(store, later, image(1));
  const Admission again = add(store, first, image(1));
  CHECK(again.capture == id);
  CHECK(again.wrong.empty());
  CHECK_FALSE(again.is_new);
  CHECK(only(store).prediction->model == "net-2");
}

TEST_CASE("a time is kept as UTC, and a place as exactly as the store's policy says") {
  const Folder folder;
  CaptureStore store = open(folder);
  Submission submission = named("a");
  submission.taken = "2026-03-01T12:00:00+02:00";
  submission.place = Place{48.137154, -11.576124};
  add(store, submission, image(1));
  CHECK(only(store).taken == "2026-03-01T10:00:00.000Z");
  CHECK(only(store).place == Place{48.14, -11.58});
  StoreSettings settings = store.settings();
  settings.place_decimals = StoreSettings::kNoPlace;
  store.change(settings);
  add(store, submission, image(2));
  CHECK_FALSE(only(store).place);
  settings.place_decimals = 0;
  store.change(settings);
  add(store, submission, image(3));
  CHECK(only(store).place == Place{48, -12});
}

TEST_CASE("a time or place that is unsound or contradicts is refused") {
  const Folder folder;
  CaptureStore store = open(folder);
  Submission submission = named("a");
  submission.taken = "yesterday";
  CHECK(add(store, submission, image(1)).wrong ==
        "was taken at \"yesterday\", which is no time; write it as 2026-01-02T03:04:05Z");
  submission.taken.clear();
  submission.place = Place{91, 0};
  CHECK(add(store, submission, image(1)).wrong ==
        "has the place 91, 0; give degrees, -90 to 90 and -180 to 180");
  submission.place = Place{std::nan(""), 0};
  CHECK(add(store, submission, image(1)).wrong ==
        "has the place nan, 0; give degrees, -90 to 90 and -180 to 180");
  submission.place.reset();
  const std::string id = add(store, submission, image(1)).capture;
  submission.place = Place{1, 2};
  submission.taken = "2026-03-01";
  CHECK(add(store, submission, image(1)).wrong.empty());
  CHECK(only(store).place == Place{1, 2});
  CHECK(only(store).taken == "2026-03-01T00:00:00.000Z");
  submission.place = Place{1, 3};
  CHECK(add(store, submission, image(1)).wrong ==
        "is capture " + id + " already, at 1, 2, not 1, 3; the first stays");
  submission.place = Place{1.001, 2.001};
  CHECK(add(store, submission, image(1)).wrong.empty());
  submission.taken = "2026-03-02";
  const Admission refused = add(store, submission, image(1));
  CHECK(refused.refusal == Admission::Refusal::conflict);
  CHECK(refused.wrong == "is capture " + id +
                             " already, of time \"2026-03-01T00:00:00.000Z\", not "
                             "\"2026-03-02T00:00:00.000Z\"; the first stays");
}

TEST_CASE("text with quotes, semicolons and NULs is text and nothing else") {
  const Folder folder;
  CaptureStore store = open(folder);
  const std::string hostile = "x'); DROP TABLE captures; --\"";
  Submission submission = from(hostile, hostile, Prediction{hostile, 1, 0.5, "[]"});
  submission.file = hostile + std::string("\0z", 2);
  CHECK(add(store, submission, image(1)).wrong.empty());
  CHECK(only(store).device == hostile);
  CHECK(only(store).group == hostile);
  CHECK(only(store).file == submission.file);
  CHECK(all(store, {.device = hostile, .model = hostile, .group = hostile}).size() == 1);
  CHECK(all(store, {.device = hostile + "x"}).empty());
  submission.device = std::string("a\0b", 3);
  CHECK(add(store, submission, image(2)).wrong ==
        "has a control character in its device name; take it out");
}

TEST_CASE("captures that look like one photograph are linked, whatever their format") {
  const Folder folder;
  CaptureStore store = open(folder);
  Image picture = drawing(40, 7);
  Bytes ppm, lighter;
  encode_ppm(picture, ppm);
  const std::string first = add(store, named("a"), ppm).capture;
  const std::string same = add(store, named("b"), encode_png(picture)).capture;
  for (std::uint8_t& value : picture.rgb) value = static_cast<std::uint8_t>(value / 2 + 60);
  encode_ppm(picture, lighter);
  const std::string light = add(store, named("c"), lighter).capture;
  Bytes other;
  encode_ppm(drawing(40, 8), other);
  add(store, named("d"), other);
  const auto similar = [&](const std::string& id) {
    std::string wrong;
    std::vector<std::string> ids;
    const std::optional<CaptureHistory> history = store.history(id, wrong);
    REQUIRE(history);
    for (const SimilarCapture& one : history->similar) ids.push_back(one.capture);
    std::ranges::sort(ids);
    return ids;
  };
  const auto sorted = [](std::vector<std::string> ids) {
    std::ranges::sort(ids);
    return ids;
  };
  CHECK(similar(first) == sorted({same, light}));
  CHECK(similar(light) == sorted({first, same}));
  CHECK(all(store, {.similar = true}).size() == 3);
  CHECK(all(store, {.similar = false}).size() == 1);
}

TEST_CASE("a capture that equals a known image is flagged, by its bytes or by its pixels") {
  const Folder folder;
  CaptureStore store = open(folder);
  const Image picture = drawing(20, 1);
  add(store, named("a"), image(1));
  add(store, named("b"), encode_png(picture));
  add(store, named("c"), image(3));
  CHECK(all(store, {.flagged = true}).empty());
  const std::vector<KnownImage> known = {
      {sha256_hex(image(1)), {}, "train/1", "train"},
      {std::string(64, '0'), pixel_digest(picture), "train/2", ""}};
  store.know("gtsrb", known);
  const std::vector<CaptureState> flagged = all(store, {.flagged = true});
  REQUIRE(flagged.size() == 2);
  CHECK(flagged[0].file == "b");
  CHECK(flagged[1].file == "a");
  std::string wrong;
  const std::vector<KnownMatch> matches = store.history(flagged[1].sha256, wrong)->known;
  REQUIRE(matches.size() == 1);
  CHECK(matches[0].source == "gtsrb");
  CHECK(matches[0].sample == "train/1");
  CHECK(matches[0].split == "train");
  store.know("gtsrb", {});
  CHECK(all(store, {.flagged = true}).empty());
}

TEST_CASE("what a device's user says becomes an annotation of his, once") {
  const Folder folder;
  CaptureStore store = open(folder);
  Submission said = from("phone", "");
  said.user_label = 14;
  said.roi = Roi{1, 0, 3, 2};
  add(store, said, image(1));
  add(store, said, image(1));
  std::string wrong;
  const std::string id = short_id(sha256_hex(image(1)));
  REQUIRE(store.history(id, wrong)->annotations.size() == 1);
  const CaptureState state = *store.find(id, wrong);
  CHECK(state.status == "labelled");
  CHECK(state.annotation.annotator == "user@phone");
  CHECK(state.annotation.label == 14);
  CHECK(state.annotation.roi == Roi{1, 0, 3, 2});
  said.user_label = 17;
  add(store, said, image(1));
  said.user_label = 14;
  add(store, said, image(1));
  CHECK(store.history(id, wrong)->annotations.size() == 3);
  CHECK(store.find(id, wrong)->annotation.label == 14);
}

TEST_CASE("a user's label that is no class, or a box outside the image, is refused as a whole") {
  const Folder folder;
  CaptureStore store = open(folder);
  Submission said = from("", "");
  said.user_label = 99;
  CHECK(add(store, said, image(1)).wrong ==
        "is said to show class 99, which is not in the catalogue");
  said.user_label = 14;
  said.roi = Roi{1, 0, 5, 2};
  CHECK(add(store, said, image(1)).wrong ==
        "has 4x3 pixels, and its roi [1,0,5,2] is empty or not inside");
  said.roi.reset();
  said.device = std::string(198, 'd');
  CHECK(add(store, said, image(1)).wrong == "has 203 bytes in its device name; give at most 200");
  CHECK(all(store).empty());
}

}  // namespace signpost
