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

}  // namespace

TEST_CASE("the last annotation is what a capture is, and all of them stay") {
  const Folder folder;
  CaptureStore store = open(folder);
  const std::string id = add(store, named("a"), image(1)).capture;
  CHECK(annotate(store, says(id, 3)).wrong.empty());
  CHECK(all(store).front().status == "labelled");
  CHECK(annotate(store, {id, "bob", "unsure", {}, Roi{0, 0, 4, 3}, "dark"}).wrong.empty());
  CHECK(all(store).front().status == "unsure");
  CHECK(all(store).front().annotation.note == "dark");
  CHECK(annotate(store, {"capture/" + id, "bob", "reject", {}, {}, {}}).wrong.empty());
  CHECK(all(store).front().status == "rejected");
  CHECK(annotate(store, {id.substr(0, 6), "ann", "label", 14, Roi{1, 0, 4, 2}, {}}).wrong.empty());
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
      "INSERT INTO captures (sha256, media_type, width, height, bytes, received, file)"
      " SELECT substr(sha256, 1, 10) ||"
      " replace(substr(sha256, 11), substr(sha256, 11, 6), '000000'),"
      " media_type, width, height, bytes, received, file"
      " FROM captures";
  REQUIRE(answer_to(folder / "c.db", twin) == "done");
  const std::string prefix = sha256_hex(image(1)).substr(0, 10);
  CHECK(annotate(store, says(prefix, 1)).wrong ==
        "several captures begin with " + prefix + "; give more digits");
  CHECK(annotate(store, says(sha256_hex(image(1)), 1)).wrong.empty());
}

TEST_CASE("blind labels stand side by side: they agree, or the capture is disputed") {
  const Folder folder;
  CaptureStore store = open(folder);
  const std::string id = add(store, named("a"), image(1)).capture;
  annotate(store, says(id, 3, "ann", true));
  CHECK(only(store).status == "labelled");
  annotate(store, says(id, 3, "bob", true));
  CHECK(only(store).status == "labelled");
  CHECK(only(store).opinions == 2);
  annotate(store, says(id, "reject", "cyd", true));
  CHECK(only(store).status == "disputed");
  CHECK(only(store).opinions == 3);
  annotate(store, says(id, 3, "cyd", true));
  CHECK(only(store).status == "labelled");
  CHECK(only(store).opinions == 3);
}

TEST_CASE("a label in the open corrects what was said before") {
  const Folder folder;
  CaptureStore store = open(folder);
  const std::string id = add(store, named("a"), image(1)).capture;
  annotate(store, says(id, 3, "ann", true));
  annotate(store, says(id, 4, "bob", true));
  REQUIRE(only(store).status == "disputed");
  annotate(store, says(id, 5, "cyd"));
  CHECK(only(store).status == "labelled");
  CHECK(only(store).annotation.label == 5);
  CHECK(only(store).opinions == 1);
  annotate(store, says(id, 4, "bob", true));
  CHECK(only(store).status == "disputed");
}

TEST_CASE("unsure is no opinion where somebody has one") {
  const Folder folder;
  CaptureStore store = open(folder);
  const std::string id = add(store, named("a"), image(1)).capture;
  annotate(store, says(id, "unsure", "ann", true));
  CHECK(only(store).status == "unsure");
  CHECK(only(store).opinions == 0);
  annotate(store, says(id, 4, "bob", true));
  CHECK(only(store).status == "labelled");
  CHECK(only(store).annotation.annotator == "bob");
  annotate(store, says(id, "unsure", "cyd", true));
  CHECK(only(store).status == "labelled");
  CHECK(only(store).opinions == 1);
}

TEST_CASE("undo withdraws an annotator's own annotations, the last one first") {
  const Folder folder;
  CaptureStore store = open(folder);
  const std::string one = add(store, named("a"), image(1)).capture;
  const std::string two = add(store, named("b"), image(2)).capture;
  annotate(store, says(one, 3));
  annotate(store, says(two, 4));
  annotate(store, says(two, 5, "bob"));
  CHECK(store.undo("ann").capture == two);
  CHECK(all(store, {.statuses = {"labelled"}}).size() == 2);
  CHECK(store.undo("ann").capture == one);
  CHECK(all(store, {.statuses = {"new"}}).size() == 1);
  CHECK(store.undo("ann").wrong == "\"ann\" has no annotation that could be withdrawn");
  CHECK(store.undo("o'; DROP TABLE annotations; --").wrong ==
        "\"o'; DROP TABLE annotations; --\" has no annotation that could be withdrawn");
  annotate(store, says(one, 6));
  CHECK(only(store).annotation.label == 5);
  std::string wrong;
  const std::optional<CaptureHistory> history = store.history(one, wrong);
  REQUIRE(history);
  REQUIRE(history->annotations.size() == 3);
  CHECK_FALSE(history->annotations[0].stands);
  CHECK(history->annotations[1].annotation.verdict == "withdraw");
  CHECK(history->annotations[1].withdraws == history->annotations[0].id);
  CHECK(history->annotations[2].stands);
}

TEST_CASE("how long an annotation took and how it was made are kept") {
  const Folder folder;
  CaptureStore store = open(folder);
  const std::string id = add(store, named("a"), image(1)).capture;
  Annotation annotation = says(id, 3, "ann", true);
  annotation.milliseconds = 1500;
  CHECK(annotate(store, annotation).wrong.empty());
  annotation.milliseconds = -1;
  CHECK(annotate(store, annotation).wrong ==
        "has taken less than no time; give milliseconds, 0 or more");
  std::string wrong;
  const AnnotationRecord record = store.history(id, wrong)->annotations.front();
  CHECK(record.annotation.milliseconds == 1500);
  CHECK(record.mode == "blind");
}

}  // namespace signpost
