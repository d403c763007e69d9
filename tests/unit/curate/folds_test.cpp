#include <catch2/catch.hpp>
#include <map>

#include "curate/split.h"

namespace signpost {
namespace {

Sample sample_of(const std::string& group, int label, const std::string& split = "") {
  Sample sample;
  sample.id = group;
  sample.id += "_0";
  sample.image = "x.ppm";
  sample.group = group;
  sample.label = label;
  sample.split = split;
  return sample;
}

/// One sample for each of `groups[label]` groups.
std::vector<Sample> data_set(const std::vector<int>& groups) {
  std::vector<Sample> samples;
  for (int label = 0; label < static_cast<int>(groups.size()); ++label) {
    for (int g = 0; g < groups[static_cast<std::size_t>(label)]; ++g) {
      std::string group = std::to_string(label);
      group += "/";
      group += std::to_string(g);
      samples.push_back(sample_of(group, label));
    }
  }
  return samples;
}

SplitOptions in_folds(int folds, std::optional<int> fold = {}) {
  SplitOptions options;
  options.folds = folds;
  options.fold = fold;
  options.seed = 7;
  return options;
}

using Answer = std::map<std::string, Splitter::Placement>;

Answer placed(const std::vector<Sample>& samples, const SplitOptions& options) {
  Splitter splitter(options);
  std::uint64_t line = 0;
  for (const Sample& sample : samples) REQUIRE(splitter.add(sample, ++line).empty());
  REQUIRE(splitter.conflict_count() == 0);
  splitter.assign();
  Answer answer;
  for (const Sample& sample : samples) answer[sample.id] = splitter.placement(sample).value();
  return answer;
}

/// How many samples of each fold have this label.
std::vector<int> in_each_fold(const std::vector<Sample>& samples, const Answer& answer, int label,
                              std::size_t folds) {
  std::vector<int> counts(folds);
  for (const Sample& sample : samples) {
    if (sample.label == label) ++counts[static_cast<std::size_t>(*answer.at(sample.id).fold)];
  }
  return counts;
}

}  // namespace

TEST_CASE("each class is dealt evenly, and every sample is in one fold") {
  const std::vector<Sample> samples = data_set({1, 4, 5, 7, 40, 73});
  const Answer answer = placed(samples, in_folds(5));
  for (int label = 0; label < 6; ++label) {
    const std::vector<int> counts = in_each_fold(samples, answer, label, 5);
    const auto [low, high] = std::minmax_element(counts.begin(), counts.end());
    CHECK(*high - *low <= 1);
  }
  for (const auto& [id, placement] : answer) CHECK(placement.side == Side::none);
}

TEST_CASE("the groups left over by small classes do not all go to one fold") {
  const std::vector<Sample> samples = data_set(std::vector<int>(200, 1));
  std::vector<int> counts(5);
  for (const auto& [id, placement] : placed(samples, in_folds(5)))
    ++counts[static_cast<std::size_t>(*placement.fold)];
  for (const int count : counts) CHECK(count > 20);
}

TEST_CASE("one fold becomes validation, the others train, and the folds are the same for each") {
  const std::vector<Sample> samples = data_set({12, 20});
  const Answer folds = placed(samples, in_folds(4));
  std::map<std::string, int> times_in_val;
  for (int fold = 0; fold < 4; ++fold) {
    for (const auto& [id, placement] : placed(samples, in_folds(4, fold))) {
      CHECK(placement.fold == folds.at(id).fold);
      CHECK(placement.side == (placement.fold == fold ? Side::val : Side::train));
      times_in_val[id] += placement.side == Side::val;
    }
  }
  for (const auto& [id, times] : times_in_val) CHECK(times == 1);
}

TEST_CASE("test samples stay in test and in no fold") {
  std::vector<Sample> samples = data_set({8});
  samples.push_back(sample_of("official", 0, "test"));
  samples.back().fold = 2;
  for (const std::optional<int> fold : {std::optional<int>(), std::optional<int>(1)}) {
    const Answer answer = placed(samples, in_folds(4, fold));
    CHECK(answer.at("official_0").side == Side::test);
    CHECK_FALSE(answer.at("official_0").fold.has_value());
  }
}

TEST_CASE("a share for test is drawn before the folds") {
  SplitOptions options = in_folds(4, 0);
  options.test = 0.25;
  std::map<Side, int> sides;
  for (const auto& [id, placement] : placed(data_set({16}), options)) ++sides[placement.side];
  CHECK(sides == std::map<Side, int>{{Side::train, 9}, {Side::val, 3}, {Side::test, 4}});
}

TEST_CASE("folds that are there stay, and new groups fill the emptiest") {
  std::vector<Sample> samples = data_set({10});
  const Answer once = placed(samples, in_folds(5));
  for (Sample& sample : samples) sample.fold = once.at(sample.id).fold;
  const std::vector<Sample> more = data_set({15});
  samples.insert(samples.end(), more.begin() + 10, more.end());
  SplitOptions other_seed = in_folds(5);
  other_seed.seed = 99;
  const Answer again = placed(samples, other_seed);
  for (const auto& [id, placement] : once) CHECK(again.at(id).fold == placement.fold);
  CHECK(in_each_fold(samples, again, 0, 5) == std::vector<int>(5, 3));
  other_seed.reassign = true;
  const Answer anew = placed(samples, other_seed);
  CHECK(std::any_of(once.begin(), once.end(), [&](const auto& entry) {
    return anew.at(entry.first).fold != entry.second.fold;
  }));
}

TEST_CASE("a group in two folds is a conflict, and a fold that there is not is refused") {
  Splitter splitter(in_folds(3));
  Sample sample = sample_of("g", 0);
  sample.fold = 1;
  CHECK(splitter.add(sample, 1).empty());
  sample.fold = 2;
  CHECK(splitter.add(sample, 2).empty());
  REQUIRE(splitter.conflict_count() == 1);
  CHECK(splitter.conflicts()[0].here.side == "fold 2");
  CHECK(splitter.conflicts()[0].before.side == "fold 1");
  CHECK(splitter.conflicts()[0].before.line == 1);
  sample.fold = 3;
  CHECK(splitter.add(sample, 3) ==
        "fold 3 is none of the 3 from 0; give --folds as it was, or draw anew with --reassign");
}

TEST_CASE("classes that some folds cannot measure are told") {
  Splitter splitter(in_folds(5));
  std::uint64_t line = 0;
  for (const Sample& sample : data_set({3, 5, 6, 1})) splitter.add(sample, ++line);
  splitter.assign();
  CHECK(splitter.small_classes() == std::vector<int>{0, 3});
}

TEST_CASE("more classes, or more frames, change no fold") {
  std::vector<Sample> samples = data_set({10, 20});
  const Answer before = placed(samples, in_folds(5));
  samples.push_back(sample_of("0/3", 0));
  samples.back().id = "another frame";
  const std::vector<Sample> more = data_set({0, 0, 9});
  samples.insert(samples.end(), more.begin(), more.end());
  const Answer after = placed(samples, in_folds(5));
  for (const auto& [id, placement] : before) CHECK(after.at(id).fold == placement.fold);
  CHECK(after.at("another frame").fold == before.at("0/3_0").fold);
}

}  // namespace signpost
