#include "store/truth.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "support.h"

namespace signpost {
namespace {

/// "name label annotations by reviewer"
std::string line_of(const Truth& truth) {
  std::ostringstream line;
  line << truth.capture.file;
  if (truth.label) line << ' ' << *truth.label;
  for (std::size_t i = 0; i < truth.annotations.size(); ++i)
    line << ' ' << truth.annotations[i] << truth.annotators[i];
  if (!truth.reviewer.empty()) line << " by " << truth.reviewer;
  line << '\n';
  return line.str();
}

/// Captures with one history each, named after it.
struct Histories {
  Folder folder;
  CaptureStore store{folder / "c.db", Database::Missing::create};
  int captures = 0;

  std::string make(const std::string& name) {
    return add(store, named(name), image(++captures)).capture;
  }
  Histories() {
    annotate(store, says(make("one"), 1, "ann"));
    std::string id = make("two");
    annotate(store, says(id, 2, "ann", true));
    annotate(store, says(id, 2, "bob", true));
    id = make("disputed");
    annotate(store, says(id, 3, "ann", true));
    annotate(store, says(id, 4, "bob", true));
    id = make("majority");
    annotate(store, says(id, 5, "ann", true));
    annotate(store, says(id, 6, "bob", true));
    annotate(store, says(id, 5, "cyd", true));
    id = make("accepted");
    annotate(store, says(id, 7, "ann"));
    review(store, id, "accept", "bob");
    id = make("adjudicated");
    annotate(store, says(id, 8, "ann", true));
    annotate(store, says(id, 9, "bob", true));
    review(store, id, "adjudicate", "cyd", 9);
    id = make("own");
    review(store, id, "adjudicate", "cyd", 10);
    annotate(store, says(make("reject"), "reject", "ann"));
    make("new");
  }
  std::string truths(Policy policy, const std::vector<std::string>& statuses = {}) {
    std::string text;
    store.each_truth({.statuses = statuses, .order = CaptureOrder::newest}, policy,
                     [&](const Truth& truth) { text += line_of(truth); });
    return text;
  }
};

}  // namespace

TEST_CASE("single: the annotation that decides, with those that agree") {
  Histories histories;
  CHECK(histories.truths(Policy::single, {"labelled", "accepted"}) ==
        "own 10 13cyd by cyd\n"
        "adjudicated 9 11bob 12cyd by cyd\n"
        "accepted 7 9ann by bob\n"
        "two 2 2ann 3bob\n"
        "one 1 1ann\n");
  CHECK(histories.truths(Policy::single, {"new", "rejected"}) == "new\nreject\n");
}

TEST_CASE("two-agree: two people say so, a reviewer among them, and more than say otherwise") {
  Histories histories;
  CHECK(histories.truths(Policy::two_agree) ==
        "adjudicated 9 11bob 12cyd by cyd\n"
        "accepted 7 9ann by bob\n"
        "majority 5 6ann 8cyd\n"
        "two 2 2ann 3bob\n");
}

TEST_CASE("adjudicated: a reviewer decided") {
  Histories histories;
  CHECK(histories.truths(Policy::adjudicated) ==
        "own 10 13cyd by cyd\n"
        "adjudicated 9 11bob 12cyd by cyd\n"
        "accepted 7 9ann by bob\n");
}

TEST_CASE("the box is the deciding annotation's, else the last one that agrees") {
  const Folder folder;
  CaptureStore store(folder / "c.db", Database::Missing::create);
  const std::string id = add(store, named("a"), image(1)).capture;
  Annotation boxed = says(id, 1, "ann", true);
  boxed.roi = Roi{0, 0, 2, 2};
  annotate(store, boxed);
  annotate(store, says(id, 1, "bob", true));
  const auto roi = [&] {
    std::optional<Roi> found;
    store.each_truth({}, Policy::two_agree, [&](const Truth& truth) { found = truth.roi; });
    return found;
  };
  CHECK(roi() == Roi{0, 0, 2, 2});
  boxed.annotator = "cyd";
  boxed.roi = Roi{1, 1, 3, 3};
  annotate(store, boxed);
  CHECK(roi() == Roi{1, 1, 3, 3});
}

TEST_CASE("an export is noted with what the store knew") {
  Histories histories;
  const ExportRecord record =
      histories.store.record_export({.filter = "{}", .samples = 5, .digest = std::string(64, 'a')});
  CHECK(record.id == 1);
  CHECK(record.last_annotation == 14);
  CHECK(record.last_review == 3);
  const std::vector<ExportRecord> all = histories.store.exports();
  REQUIRE(all.size() == 1);
  CHECK(all[0].samples == 5);
  CHECK(all[0].created == record.created);
}

}  // namespace signpost
