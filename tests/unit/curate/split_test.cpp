#include "curate/split.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "base/random.h"

namespace signpost {
namespace {

Sample sample_of(const std::string& id, const std::string& group, int label,
                 const std::string& split = "") {
  Sample sample;
  sample.id = id;
  sample.image = id + ".ppm";
  sample.group = group;
  sample.label = label;
  sample.split = split;
  return sample;
}

/// `groups` tracks of 1 to 5 frames for each class.
std::vector<Sample> data_set(const std::vector<int>& groups) {
  std::vector<Sample> samples;
  for (int label = 0; label < static_cast<int>(groups.size()); ++label) {
    for (int g = 0; g < groups[static_cast<std::size_t>(label)]; ++g) {
      const std::string group = std::to_string(label) + "/" + std::to_string(g);
      for (int frame = 0; frame <= g % 5; ++frame)
        samples.push_back(sample_of(group + "_" + std::to_string(frame), group, label));
    }
  }
  return samples;
}

using Answer = std::map<std::string, Side>;

Answer split(const std::vector<Sample>& samples, const SplitOptions& options) {
  Splitter splitter(options);
  std::uint64_t line = 0;
  for (const Sample& sample : samples) REQUIRE(splitter.add(sample, ++line).empty());
  REQUIRE(splitter.conflict_count() == 0);
  splitter.assign();
  Answer answer;
  for (const Sample& sample : samples) answer[sample.id] = splitter.placement(sample).value().side;
  return answer;
}

/// How many groups of each class stand on `side`.
std::vector<int> groups_on(const std::vector<Sample>& samples, const Answer& answer, Side side,
                           std::size_t classes) {
  std::vector<std::set<std::string>> names(classes);
  for (const Sample& sample : samples) {
    if (answer.at(sample.id) == side)
      names[static_cast<std::size_t>(*sample.label)].insert(group_of(sample));
  }
  std::vector<int> counts;
  for (const auto& set : names) counts.push_back(static_cast<int>(set.size()));
  return counts;
}

void shuffle(std::vector<Sample>& samples, std::uint64_t seed) {
  Random random(seed, "", 0, "shuffle");
  for (std::size_t i = samples.size(); i > 1; --i)
    std::swap(samples[i - 1], samples[random.below(static_cast<std::uint32_t>(i))]);
}

}  // namespace

TEST_CASE("no group stands on two sides, whatever the ratios and the seed") {
  const std::vector<Sample> samples = data_set({1, 2, 3, 7, 40, 75});
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (const auto& [val, test] : {std::pair{0.2, 0.0}, {0.1, 0.3}, {0.5, 0.49}, {0.0, 0.0}}) {
      const Answer answer = split(samples, {val, test, seed, false});
      std::map<std::string, Side> of_group;
      for (const Sample& sample : samples) {
        const Side side = answer.at(sample.id);
        CHECK(side != Side::none);
        CHECK(of_group.try_emplace(sample.group, side).first->second == side);
      }
    }
  }
}

TEST_CASE("the order of the records does not matter") {
  std::vector<Sample> samples = data_set({5, 12, 33});
  const Answer expected = split(samples, {0.2, 0.1, 7, false});
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    shuffle(samples, seed);
    CHECK(split(samples, {0.2, 0.1, 7, false}) == expected);
  }
}

TEST_CASE("more frames of the same groups, or another class, change no assignment") {
  std::vector<Sample> samples = data_set({10, 20});
  const Answer before = split(samples, {0.2, 0.0, 7, false});
  samples.push_back(sample_of("0/3_99", "0/3", 0));
  for (const Sample& sample : data_set({0, 0, 0, 15})) samples.push_back(sample);
  const Answer after = split(samples, {0.2, 0.0, 7, false});
  for (const auto& [id, side] : before) CHECK(after.at(id) == side);
  CHECK(after.at("0/3_99") == before.at("0/3_0"));
}

TEST_CASE("the ratios hold in each class, with at least one group out and one left") {
  const std::vector<Sample> samples = data_set({1, 2, 3, 7, 10, 40, 75});
  const Answer answer = split(samples, {0.2, 0.1, 7, false});
  CHECK(groups_on(samples, answer, Side::val, 7) == std::vector<int>{0, 1, 1, 1, 2, 8, 15});
  CHECK(groups_on(samples, answer, Side::test, 7) == std::vector<int>{0, 0, 1, 1, 1, 4, 8});
  CHECK(groups_on(samples, answer, Side::train, 7) == std::vector<int>{1, 1, 1, 5, 7, 28, 52});
}

TEST_CASE("another seed draws other groups") {
  const std::vector<Sample> samples = data_set({40});
  CHECK(split(samples, {0.2, 0.0, 7, false}) != split(samples, {0.2, 0.0, 8, false}));
}

TEST_CASE("the draw of a release is the draw of every later one") {
  const std::vector<Sample> samples = data_set({8});
  std::string val;
  for (const auto& [id, side] : split(samples, {0.25, 0.0, 7, false})) {
    if (side == Side::val && id.ends_with("_0")) val += id + " ";
  }
  CHECK(val == "0/1_0 0/4_0 ");
}

TEST_CASE("a sample without a group is a group of its own") {
  std::vector<Sample> samples;
  for (int i = 0; i < 10; ++i) samples.push_back(sample_of("s" + std::to_string(i), "", 3));
  const Answer answer = split(samples, {0.3, 0.0, 1, false});
  CHECK(std::count_if(answer.begin(), answer.end(),
                      [](const auto& entry) { return entry.second == Side::val; }) == 3);
}

TEST_CASE("a split that is there stays, counts, and takes in new frames of its group") {
  std::vector<Sample> samples = data_set({10});
  for (Sample& sample : samples) {
    if (sample.group == "0/4" && sample.id.ends_with("_0")) sample.split = "val";
    if (sample.group == "0/7") sample.split = "train";
  }
  const Answer answer = split(samples, {0.2, 0.0, 7, false});
  for (const Sample& sample : samples) {
    if (sample.group == "0/4") CHECK(answer.at(sample.id) == Side::val);
    if (sample.group == "0/7") CHECK(answer.at(sample.id) == Side::train);
  }
  CHECK(groups_on(samples, answer, Side::val, 1) == std::vector<int>{2});
}

TEST_CASE("splitting a split stream again changes nothing") {
  std::vector<Sample> samples = data_set({2, 9, 31});
  const Answer once = split(samples, {0.2, 0.1, 7, false});
  for (Sample& sample : samples) sample.split = name_of(once.at(sample.id));
  CHECK(split(samples, {0.2, 0.1, 99, false}) == once);
  CHECK(split(samples, {0.2, 0.1, 7, true}) == once);
}

TEST_CASE("a test set from elsewhere stays out of the shares") {
  std::vector<Sample> samples = data_set({10});
  for (int i = 0; i < 100; ++i)
    samples.push_back(sample_of("official" + std::to_string(i), "", 0, "test"));
  for (const bool reassign : {false, true}) {
    const Answer answer = split(samples, {0.2, 0.0, 7, reassign});
    CHECK(groups_on(samples, answer, Side::test, 1) == std::vector<int>{100});
    CHECK(groups_on(samples, answer, Side::val, 1) == std::vector<int>{2});
  }
  CHECK(groups_on(samples, split(samples, {0.2, 0.1, 7, true}), Side::test, 1) ==
        std::vector<int>{11});
}

TEST_CASE("a group that comes on two sides is a conflict, each named once") {
  Splitter splitter({0.2, 0.0, 7, false});
  CHECK(splitter.add(sample_of("a", "g", 1, "train"), 1).empty());
  CHECK(splitter.add(sample_of("b", "g", 1), 2).empty());
  CHECK(splitter.add(sample_of("c", "g", 1, "val"), 3).empty());
  CHECK(splitter.add(sample_of("d", "g", 1, "test"), 4).empty());
  CHECK(splitter.conflict_count() == 1);
  REQUIRE(splitter.conflicts().size() == 1);
  const Splitter::Conflict& conflict = splitter.conflicts()[0];
  CHECK(conflict.group == "g");
  CHECK(conflict.here.line == 3);
  CHECK(conflict.here.side == "val");
  CHECK(conflict.before.line == 1);
  CHECK(conflict.before.side == "train");
}

TEST_CASE("a split of another name is refused") {
  Splitter splitter({0.2, 0.0, 7, false});
  const Sample sample = sample_of("a", "g", 1, "validation");
  CHECK(splitter.add(sample, 1) ==
        "split \"validation\" is none of train, val and test; correct it or take it out");
  splitter.assign();
  CHECK_FALSE(splitter.placement(sample).has_value());
}

TEST_CASE("a group of several classes is one group, of its smallest label") {
  std::vector<Sample> samples = data_set({6, 6});
  samples.push_back(sample_of("x", "0/1", 1));
  Sample unlabelled = sample_of("y", "0/1", 0);
  unlabelled.label.reset();
  samples.push_back(unlabelled);
  const Answer answer = split(samples, {0.2, 0.0, 7, false});
  CHECK(answer.at("x") == answer.at("0/1_0"));
  CHECK(answer.at("y") == answer.at("0/1_0"));
}

TEST_CASE("what was assigned is counted") {
  Splitter splitter({0.2, 0.0, 7, false});
  std::uint64_t line = 0;
  for (const Sample& sample : data_set({1, 5})) CHECK(splitter.add(sample, ++line).empty());
  splitter.assign();
  const auto& counts = splitter.counts();
  CHECK(counts[static_cast<std::size_t>(Side::train)].groups == 5);
  CHECK(counts[static_cast<std::size_t>(Side::val)].groups == 1);
  CHECK(counts[static_cast<std::size_t>(Side::train)].samples +
            counts[static_cast<std::size_t>(Side::val)].samples ==
        16);
  CHECK(splitter.small_classes() == std::vector<int>{0});
}

}  // namespace signpost
