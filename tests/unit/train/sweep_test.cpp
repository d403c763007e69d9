#include "train/sweep.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "train/run_figures.h"
#include "train/study.h"

namespace signpost {
namespace {

SweepRun run_of(const std::string& name, double accuracy) {
  return {name, 1, {accuracy, accuracy - 0.02, accuracy + 0.01}, 61, ""};
}

SweepResult some_result() {
  SweepResult result;
  result.rows.push_back({{"good", {}, {{"epochs", {"3"}}, {"strict", {}}}},
                         {run_of("good,seed=1", 0.98), run_of("good,seed=2", 0.96)}});
  result.rows.push_back(
      {{"half", {}, {}}, {run_of("half,seed=1", 0.9), {"half,seed=2", 2, {}, 5, "<broken>"}}});
  result.rows.push_back({{"none", {}, {}}, {{"none,seed=1", 1, {}, 5, "broken"}}});
  result.failed = 2;
  return result;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a configuration has the mean and the standard deviation of its seeds") {
  const SweepResult result = some_result();
  CHECK(result.rows[0].mean().value == Approx(0.97));
  CHECK(result.rows[0].mean().low == Approx(0.95));
  CHECK(*result.rows[0].spread() == Approx(0.0141421));
  CHECK(result.rows[1].mean().value == Approx(0.9));
  CHECK_FALSE(result.rows[1].spread());
  CHECK(result.rows[2].done() == 0);
}

TEST_CASE("the table of a sweep is Markdown that reads as plain text") {
  CHECK(some_result().text() ==
        "| configuration |   runs | accuracy, % |  95 % interval | spread | time |\n"
        "| ------------- | -----: | ----------: | -------------: | -----: | ---: |\n"
        "| good          |      2 |       97.00 | 95.00 to 98.00 |   1.41 | 2:02 |\n"
        "| half          | 1 of 2 |       90.00 | 88.00 to 91.00 |      – | 1:06 |\n"
        "| none          | 0 of 1 |           – |              – |      – | 0:05 |\n");
}

TEST_CASE("a sweep's JSON has every run, and numbers as numbers") {
  const auto json = nlohmann::json::parse(some_result().json());
  CHECK(json["failed"] == 2);
  CHECK(json["configurations"][0]["flags"]["epochs"] == 3);
  CHECK(json["configurations"][0]["flags"]["strict"] == true);
  CHECK(json["configurations"][1]["runs"][1]["problem"] == "<broken>");
  CHECK_FALSE(json["configurations"][2].contains("accuracy"));
}

TEST_CASE("a sweep's page escapes what runs say") {
  const std::string page = some_result().html();
  CHECK(holds(page, "half,seed=2: &lt;broken&gt;"));
  CHECK(holds(page, "aria-label=\"95.00 to 98.00 %\""));
  CHECK_FALSE(holds(page, "<broken>"));
}

TEST_CASE("a study's table has the paper's figures beside ours, and dashes where there are none") {
  StudyResult result;
  result.title = "Networks";
  result.fraction = 0.5;
  result.validation = {1200, 40};
  StudyResultRow done;
  done.row.title = "Small";
  done.row.paper = {5.1, 22.11, 95.0, std::nullopt, "Table I"};
  done.done = true;
  done.parameters = 5'791'659;
  done.figures = RunFigures{{0.98, 0.97, 0.99}, 1200, 40, 5000, 5'791'659, 23'170'000, 10, 256};
  done.device_ms = 12.345;
  done.seconds = 3700;
  StudyResultRow failed;
  failed.row.title = "Large";
  failed.parameters = 68'773'803;
  failed.problem = "it was killed";
  result.rows = {done, failed};
  const std::string text = result.text();
  CHECK(holds(text,
              "| Small    |     5.10 |  5.79 |      22.11 | 22.10 |    95.00 | 98.00 | 97.00 to "
              "99.00 |      12.35 | 1:01:40 |\n"));
  CHECK(holds(text, "| Large    |        – | 68.77 |          – |     – |        – |     – |"));
  CHECK(holds(text, "1,200 validation images of 40 tracks"));
  CHECK(holds(text, "a share of 0.5 was used"));
  CHECK(holds(text, "Small: Table I.\n"));
  CHECK(holds(text, "Large is not done: it was killed.\n"));
  CHECK_FALSE(holds(text, "field"));
  const auto json = nlohmann::json::parse(result.json());
  CHECK(json["rows"][0]["paper"]["size_mb"] == 22.11);
  CHECK(json["rows"][0]["ours"]["accuracy"] == 0.98);
  CHECK(json["rows"][1]["problem"] == "it was killed");
  CHECK_FALSE(json["rows"][1]["ours"].contains("accuracy"));
}

}  // namespace signpost
