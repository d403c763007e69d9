#include "store/agreement.h"

#include <catch2/catch.hpp>

#include "support.h"

namespace signpost {

TEST_CASE("Cohen's kappa of Cohen's own example") {
  // Cohen 1960, table 1: two clinicians, three diagnoses, proportions of 200: kappa = .492.
  const std::vector<std::int64_t> counts = {88, 14, 18, 10, 40, 10, 2, 6, 12};
  CHECK(cohen_kappa(counts, 3) == Approx(0.492).margin(0.0005));
}

TEST_CASE("Fleiss' kappa of a table of ten subjects and fourteen raters") {
  // The worked example that is commonly given with Fleiss 1971: P = 0.378, Pe = 0.213, kappa =
  // 0.210.
  const std::vector<std::int64_t> counts = {0, 0, 0, 0, 14, 0, 2, 6, 4, 2, 0, 0, 3, 5, 6, 0, 3,
                                            9, 2, 0, 2, 2,  8, 1, 1, 7, 7, 0, 0, 0, 3, 2, 6, 3,
                                            0, 2, 5, 3, 2,  2, 6, 5, 2, 1, 0, 0, 2, 2, 3, 7};
  CHECK(fleiss_kappa(counts, 5) == Approx(0.210).margin(0.0005));
}

TEST_CASE("kappa is one for perfect agreement and nothing where chance alone is perfect") {
  CHECK(cohen_kappa(std::vector<std::int64_t>{5, 0, 0, 5}, 2) == Approx(1));
  CHECK(cohen_kappa(std::vector<std::int64_t>{0, 5, 5, 0}, 2) == Approx(-1));
  CHECK_FALSE(cohen_kappa(std::vector<std::int64_t>{5}, 1));
  CHECK_FALSE(cohen_kappa(std::vector<std::int64_t>{}, 0));
  CHECK_FALSE(cohen_kappa(std::vector<std::int64_t>{0, 0, 0, 0}, 2));
  CHECK(fleiss_kappa(std::vector<std::int64_t>{3, 0, 0, 3}, 2) == Approx(1));
  CHECK_FALSE(fleiss_kappa(std::vector<std::int64_t>{3, 3}, 1));
  CHECK_FALSE(fleiss_kappa(std::vector<std::int64_t>{}, 2));
  CHECK_FALSE(fleiss_kappa(std::vector<std::int64_t>{1, 0}, 2));
}

TEST_CASE("the figures of a store count captures, annotators and their agreement") {
  const Folder folder;
  CaptureStore store(folder / "c.db", Database::Missing::create);
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    Submission submission{"a", i < 3 ? "phone" : "", "", Prediction{"net", 1, 0.5, "[]"}};
    ids.push_back(add(store, submission, image(i)).capture);
  }
  // ann and bob agree on three of four; cyd is the third on two.
  const int said[4][2] = {{1, 1}, {1, 1}, {2, 2}, {2, 1}};
  for (std::size_t i = 0; i < 4; ++i) {
    Annotation one = says(ids[i], said[i][0], "ann", true);
    one.milliseconds = 1500;
    annotate(store, one);
    annotate(store, says(ids[i], said[i][1], "bob", true));
  }
  annotate(store, says(ids[4], 7, "ann"));
  annotate(store, says(ids[4], 8, "ann"));
  store.undo("ann");
  review(store, ids[0], "accept", "cyd");
  review(store, ids[3], "reject", "cyd", {}, 8);
  const StoreFigures figures = store.figures();
  CHECK(figures.captures == 5);
  CHECK(figures.by_status.at("accepted") == 1);
  CHECK(figures.by_status.at("labelled") == 4);
  CHECK(figures.by_status.at("disputed") == 0);
  CHECK(figures.by_class == std::map<int, std::int64_t>{{1, 2}, {2, 2}, {7, 1}});
  CHECK(figures.by_device == std::map<std::string, std::int64_t>{{"", 2}, {"phone", 3}});
  CHECK(figures.predicted_right == 2);
  CHECK(figures.predicted_wrong == 3);
  REQUIRE(figures.annotators.size() == 2);
  CHECK(figures.annotators[0].annotations == 5);
  CHECK(figures.annotators[0].withdrawn == 1);
  CHECK(figures.annotators[0].median_ms == 1500);
  CHECK(figures.annotators[0].per_minute == 40);
  CHECK(figures.annotators[1].reviewed == 2);
  CHECK(figures.annotators[1].refused == 1);
  REQUIRE(figures.pairs.size() == 1);
  CHECK(figures.pairs[0].captures == 4);
  CHECK(figures.pairs[0].agreement == 0.75);
  CHECK(figures.pairs[0].kappa == Approx(0.5));
  CHECK(figures.fleiss_captures == 4);
  CHECK(figures.fleiss_raters == 2);
}

}  // namespace signpost
