#include "train/study_file.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "base/error.h"

namespace signpost {
namespace {

const StudyRow& row_of(const Study& study, const std::string& name) {
  const auto found = std::ranges::find(study.rows, name, &StudyRow::name);
  REQUIRE(found != study.rows.end());
  return *found;
}

std::size_t parameters_of(const StudyRow& row) {
  NetworkOptions options = row.network;
  options.classes = 43;
  return make_network(options).parameter_count();
}

}  // namespace

TEST_CASE("every study that travels with the programs can be read and names its paper") {
  CHECK(study_names() == std::vector<std::string>{"table1", "table2", "table3", "table5"});
  for (const std::string& name : study_names()) {
    const Study study = load_study(name);
    CHECK(study.name == name);
    CHECK(study.source.find("2103.07286") != std::string::npos);
    CHECK(study.needs_field() == (name == "table5"));
    for (const StudyRow& row : study.rows) {
      INFO(name << " " << row.name);
      CHECK(parameters_of(row) > 0);
      CHECK(row.epochs > 0);
    }
  }
}

TEST_CASE("table1 has the paper's networks, in its sizes") {
  const Study study = load_study("table1");
  CHECK(study.rows.size() == 5);
  CHECK(parameters_of(row_of(study, "cnn-5-256")) == 17'215'915);
  CHECK(parameters_of(row_of(study, "cnn-6-256")) == 5'791'659);
  CHECK(parameters_of(row_of(study, "cnn-6-512")) == 68'773'803);
  CHECK(row_of(study, "resnet34").network.input_px == 224);
  CHECK(row_of(study, "resnet34").paper.accuracy_percent == 97.8);
  CHECK(row_of(study, "cnn-6-256").paper.size_mb == 22.11);
  CHECK_FALSE(row_of(study, "mobilenet_v2").paper.accuracy_percent);
}

TEST_CASE("the methods of table2 and table3 differ in where they start and what learns") {
  for (const char* name : {"table2", "table3"}) {
    const Study study = load_study(name);
    CHECK(row_of(study, "from-scratch").weights.empty());
    CHECK_FALSE(row_of(study, "fine-tuning").weights.empty());
    CHECK_FALSE(row_of(study, "fine-tuning").frozen);
    CHECK(row_of(study, "feature-extraction").weights == row_of(study, "fine-tuning").weights);
    CHECK(row_of(study, "feature-extraction").frozen);
  }
}

TEST_CASE("the figures of table5 are shares of 142 photographs") {
  const Study study = load_study("table5");
  const auto share = [&](const char* name) { return *row_of(study, name).paper.field_percent; };
  CHECK(share("small-cnn") == Approx(100 * 64 / 142.0).margin(0.01));
  CHECK(share("small-cnn-after") == Approx(100 * 132 / 142.0).margin(0.01));
  CHECK(share("resnet34") == Approx(100 * 92 / 142.0).margin(0.01));
  CHECK(share("resnet34-after") == Approx(100 * 140 / 142.0).margin(0.01));
  CHECK(row_of(study, "small-cnn-after").from == "small-cnn");
  CHECK(row_of(study, "small-cnn-after").with_field);
}

TEST_CASE("a row adds to what is common, and sets aside what it says itself") {
  const Study study = parse_study(
      "[common]\nmodel = \"cnn\"\nepochs = 3\naugment = \"none\"\n[[row]]\nname = "
      "\"a\"\n[row.train]\nepochs = 5\nfc1 = 7\nweights = [\"x\", \"y\"]\n",
      "folder/mine.toml");
  CHECK(study.name == "mine");
  CHECK(study.title == "mine");
  const StudyRow& row = study.rows.at(0);
  CHECK(row.title == "a");
  CHECK(row.epochs == 5);
  CHECK(row.network.name == "cnn");
  CHECK(row.network.fc1 == 7);
  CHECK(row.network.input_px == 256);
  CHECK(row.weights == std::vector<std::string>{"x", "y"});
  CHECK(command_words(row.flags) ==
        std::vector<std::string>{"--augment=none", "--epochs=5", "--model=cnn", "--fc1=7"});
}

TEST_CASE("an unknown study is answered with the nearest name") {
  CHECK_THROWS_WITH(load_study("tabel1"), "there is no study tabel1; did you mean table1?");
}

}  // namespace signpost
