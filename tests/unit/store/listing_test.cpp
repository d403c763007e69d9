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
  REQUIRE(annotate(store, says(ids[0], 5)).wrong.empty());
  const auto files = [&](const CaptureFilter& filter) {
    std::string names;
    for (const CaptureState& capture : all(store, filter)) names += capture.file;
    return names;
  };
  CHECK(files({}) == "210");
  CHECK(files({.limit = 1}) == "2");
  CHECK(files({.limit = 0}).empty());
  CHECK(files({.statuses = {"new"}}) == "21");
  CHECK(files({.statuses = {"labelled"}}) == "0");
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

}  // namespace signpost
