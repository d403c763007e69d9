#include "device/cascade.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "support/scratch.h"
#include "support/test_package.h"

namespace signpost {
namespace {

/// A small package without thresholds, and a large one that takes a wider margin.
struct Bench {
  Scratch scratch;
  std::string small = scratch / "small.signpost", large = scratch / "large.signpost";
  TestPackage contents, other{{16, 1500}};
  Image image = TestPackage::picture(0);
  Box roi{10, 10, 20, 20};

  Bench() {
    other.contents.name = "large";
    write();
  }
  void write() {
    write_package(small, contents.contents, true);
    write_package(large, other.contents, true);
  }
  /// Which package answers, and whether it abstains.
  std::string answer(const CascadeOptions& options) {
    Cascade cascade = Cascade::open(options);
    const Verdict verdict = cascade.classify(image, roi);
    std::string words = verdict.package->contents().name;
    if (verdict.abstain) words += *verdict.abstain ? " abstains" : " accepts";
    return words;
  }
};

}  // namespace

TEST_CASE("one package answers everything") {
  Bench bench;
  CHECK(bench.answer({bench.small, {}, {}, {}, false}) == "tiny");
}

TEST_CASE("the large package is asked where the confidence of the small one is under the limit") {
  Bench bench;
  CHECK(bench.answer({bench.small, bench.large, 0.01f, {}, false}) == "tiny");
  CHECK(bench.answer({bench.small, bench.large, 1.0f, {}, false}) == "large");
}

TEST_CASE("without a limit the thresholds of the small package decide") {
  Bench bench;
  bench.contents.contents.abstain = {0.9, 0.5, {0, 0, 0}};
  bench.write();
  CHECK(bench.answer({bench.small, bench.large, {}, {}, false}) == "tiny accepts");
  bench.contents.contents.abstain.thresholds = {kNeverAccepted, kNeverAccepted, kNeverAccepted};
  bench.write();
  CHECK(bench.answer({bench.small, bench.large, {}, {}, false}) == "large");
  CHECK(bench.answer({bench.small, {}, {}, {}, false}) == "tiny abstains");
  CHECK(bench.answer({bench.small, {}, {}, {}, true}) == "tiny");
  CHECK(bench.answer({bench.small, bench.large, {}, {}, true}) == "large");
}

TEST_CASE("a cascade that cannot decide, or whose packages know other classes, is refused") {
  Bench bench;
  CHECK_THROWS_WITH(
      Cascade::open({bench.small, bench.large, {}, {}, false}),
      bench.small + ": has no thresholds that say where it is unsure; pass --cascade-below");
  bench.other.contents.labels[0].id = 99;
  bench.write();
  CHECK_THROWS_AS(Cascade::open({bench.small, bench.large, 0.5f, {}, false}), Error);
}

TEST_CASE("twins of a cascade give its answers") {
  Bench bench;
  Cascade cascade = Cascade::open({bench.small, bench.large, 1.0f, {}, false});
  Cascade twin = cascade.twin();
  CHECK(cascade.classify(bench.image, bench.roi).probabilities ==
        twin.classify(bench.image, bench.roi).probabilities);
}

}  // namespace signpost
