#include <catch2/catch.hpp>

#include "support.h"

namespace signpost {
namespace {

struct Reviewed {
  Folder folder;
  CaptureStore store{folder / "c.db", Database::Missing::create};
  std::string id = add(store, named("a"), image(1)).capture;
  std::string status() { return only(store).status; }
};

}  // namespace

TEST_CASE("a second person accepts a label") {
  Reviewed one;
  annotate(one.store, says(one.id, 3));
  const ReviewAnswer answer = review(one.store, one.id, "accept", "bob");
  CHECK(answer.wrong.empty());
  CHECK(answer.annotation == 1);
  CHECK(one.status() == "accepted");
  CHECK(only(one.store).review_id == answer.review);
}

TEST_CASE("a reject that is accepted stays rejected") {
  Reviewed one;
  annotate(one.store, says(one.id, "reject"));
  CHECK(review(one.store, one.id, "accept", "bob").wrong.empty());
  CHECK(one.status() == "rejected");
  CHECK(one.store.next({.annotator = "cyd"}).empty());
}

TEST_CASE("a label that a reviewer rejects counts no more, until he accepts it after all") {
  Reviewed one;
  annotate(one.store, says(one.id, 3));
  CHECK(review(one.store, one.id, "reject", "bob").wrong.empty());
  CHECK(one.status() == "new");
  CHECK(review(one.store, one.id, "accept", "bob").wrong ==
        "has no annotation yet; label it first");
  CHECK(review(one.store, one.id, "accept", "bob", {}, 1).wrong.empty());
  CHECK(one.status() == "accepted");
}

TEST_CASE("a label in the open reopens what was accepted, a blind one does not") {
  Reviewed one;
  annotate(one.store, says(one.id, 3, "ann", true));
  review(one.store, one.id, "accept", "bob");
  annotate(one.store, says(one.id, 4, "cyd", true));
  CHECK(one.status() == "accepted");
  CHECK(only(one.store).annotation.label == 3);
  annotate(one.store, says(one.id, 5, "dan"));
  CHECK(one.status() == "labelled");
  CHECK(only(one.store).annotation.label == 5);
}

TEST_CASE("withdrawing what was accepted reopens the capture") {
  Reviewed one;
  annotate(one.store, says(one.id, 3));
  review(one.store, one.id, "accept", "bob");
  one.store.undo("ann");
  CHECK(one.status() == "new");
}

TEST_CASE("an adjudicator chooses one of several labels, or gives one of his own") {
  Reviewed one;
  annotate(one.store, says(one.id, 3, "ann", true));
  annotate(one.store, says(one.id, 4, "bob", true));
  REQUIRE(one.status() == "disputed");
  CHECK(review(one.store, one.id, "accept", "cyd").wrong ==
        "is disputed; adjudicate it, or name the annotation that is meant");
  CHECK(review(one.store, one.id, "adjudicate", "cyd", {}, 1).wrong.empty());
  CHECK(one.status() == "accepted");
  CHECK(only(one.store).annotation.label == 3);
  CHECK(review(one.store, one.id, "adjudicate", "cyd", 5).wrong.empty());
  CHECK(only(one.store).annotation.label == 5);
  CHECK(only(one.store).annotation.annotator == "cyd");
  CHECK(only(one.store).opinions == 2);
  CHECK(review(one.store, one.id, "adjudicate", "cyd").wrong.empty());
  CHECK(one.status() == "rejected");
}

TEST_CASE("an adjudicator may choose his own label, and another may reject that") {
  Reviewed one;
  annotate(one.store, says(one.id, 3, "ann", true));
  annotate(one.store, says(one.id, 4, "bob", true));
  CHECK(review(one.store, one.id, "adjudicate", "ann", {}, 1).wrong.empty());
  CHECK(one.status() == "accepted");
  CHECK(review(one.store, one.id, "reject", "bob", {}, 1).wrong.empty());
  CHECK(one.status() == "labelled");
  CHECK(only(one.store).annotation.label == 4);
}

TEST_CASE("a review that does not fit says why, and the others stay") {
  Reviewed one;
  annotate(one.store, says(one.id, 3));
  annotate(one.store, says(one.id, "unsure", "bob"));
  const std::string other = add(one.store, named("b"), image(2)).capture;
  CHECK(review(one.store, one.id, "accept", "").wrong ==
        "has no reviewer; say who reviews with --reviewer");
  CHECK(review(one.store, one.id, "perhaps", "cyd").wrong ==
        "has the decision \"perhaps\"; give accept, reject or adjudicate");
  CHECK(review(one.store, one.id, "accept", "cyd", 3).wrong ==
        "has a label or roi and the decision accept; adjudicate to give them");
  CHECK(review(one.store, one.id, "adjudicate", "cyd", 3, 1).wrong ==
        "has an annotation and a label or roi; give one of the two");
  CHECK(review(one.store, one.id, "adjudicate", "cyd", 99).wrong ==
        "class 99 is not in the catalogue; give one that is");
  CHECK(review(one.store, one.id, "accept", "cyd").wrong ==
        "annotation 2 is unsure; adjudicate with a label");
  CHECK(review(one.store, one.id, "accept", "ann", {}, 1).wrong ==
        "annotation 1 is ann's own; a second person reviews it");
  CHECK(review(one.store, one.id, "accept", "cyd", {}, 7).wrong ==
        "capture " + one.id + " has no annotation 7; capture show lists those it has");
  CHECK(review(one.store, other, "accept", "cyd", {}, 1).wrong ==
        "capture " + other + " has no annotation 1; capture show lists those it has");
  one.store.undo("ann");
  CHECK(review(one.store, one.id, "accept", "cyd", {}, 1).wrong == "annotation 1 was withdrawn");
  CHECK(review(one.store, "zzz", "accept", "cyd").wrong ==
        "\"zzz\" is no capture id; give 6 digits or more of what capture list prints");
  CHECK(ask(one.folder / "c.db", "SELECT count(*) FROM reviews") == 0);
}

TEST_CASE("what the current state keeps is what the views say, after any history") {
  Reviewed one;
  for (int i = 2; i < 6; ++i) add(one.store, named("a"), image(i));
  std::vector<std::string> ids;
  for (const CaptureState& capture : all(one.store)) ids.push_back(short_id(capture.sha256));
  unsigned state = 1;
  const auto below = [&](unsigned n) {
    state = state * 1664525U + 1013904223U;
    return (state >> 16U) % n;
  };
  for (int step = 0; step < 400; ++step) {
    const std::string& id = ids[below(5)];
    const std::string who(1, static_cast<char>('a' + below(4)));
    switch (below(6)) {
      case 0:
        one.store.undo(who);
        break;
      case 1:
        review(one.store, id, "accept", who, {}, 1 + below(static_cast<unsigned>(step) + 1));
        review(one.store, id, "accept", who);
        break;
      case 2:
        review(one.store, id, "reject", who);
        break;
      case 3:
        review(one.store, id, "adjudicate", who, static_cast<int>(below(3)));
        break;
      default:
        annotate(one.store, below(4) == 0
                                ? says(id, "unsure", who, below(2) == 0)
                                : says(id, static_cast<int>(below(3)), who, below(3) > 0));
    }
  }
  CHECK(ask(one.folder / "c.db",
            "SELECT count(*) FROM (SELECT capture_id, status, annotation_id, review_id, opinions"
            " FROM capture_now EXCEPT SELECT capture_id, status, annotation_id, review_id, opinions"
            " FROM capture_truth)") == 0);
  CHECK(ask(one.folder / "c.db", "SELECT count(*) FROM reviews") > 50);
}

}  // namespace signpost
