#include "train/sweep_file.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace signpost {
namespace {

const std::vector<TrainFlag> kFlags = {{"epochs"},
                                       {"augment"},
                                       {"fc1"},
                                       {"seed"},
                                       {"learning-rate"},
                                       {"strict", false},
                                       {"teacher", true, true}};

SweepPlan plan_of(const std::string& text, const std::vector<FlagValue>& given = {}) {
  return parse_sweep(text, "s.toml", kFlags, given);
}

std::vector<std::string> names_of(const SweepPlan& plan) {
  std::vector<std::string> names;
  for (const SweepConfiguration& each : plan.configurations) names.push_back(each.name);
  return names;
}

}  // namespace

TEST_CASE("a grid is combined in the order of the file, the last list fastest") {
  const SweepPlan plan = plan_of(
      "seeds = [3, 1]\n[base]\nfc1 = 8\n[grid]\nepochs = [3, 6]\naugment = [\"road\", \"none\"]\n");
  CHECK(names_of(plan) == std::vector<std::string>{"epochs=3,augment=road", "epochs=3,augment=none",
                                                   "epochs=6,augment=road",
                                                   "epochs=6,augment=none"});
  CHECK(plan.seeds == std::vector<std::uint64_t>{3, 1});
  CHECK(command_words(plan.configurations[1].flags) ==
        std::vector<std::string>{"--fc1=8", "--epochs=3", "--augment=none"});
  CHECK(plan.configurations[1].varied ==
        std::vector<FlagValue>{{"epochs", {"3"}}, {"augment", {"none"}}});
}

TEST_CASE("a grid and a run set aside what the base says") {
  CHECK(command_words(plan_of("[base]\nfc1 = 8\n[grid]\nfc1 = [2]\n").configurations[0].flags) ==
        std::vector<std::string>{"--fc1=2"});
  CHECK(command_words(plan_of("[base]\nfc1 = 8\n[[run]]\nfc1 = 2\n").configurations[0].flags) ==
        std::vector<std::string>{"--fc1=2"});
}

TEST_CASE("flags without a value are there or not, those of many values are repeated") {
  const SweepPlan plan =
      plan_of("[grid]\nstrict = [true, false]\nteacher = [\"a\", [\"runs/b\", \"c\"]]\n");
  CHECK(names_of(plan) == std::vector<std::string>{"strict=yes,teacher=a", "strict=yes,teacher=b+c",
                                                   "strict=no,teacher=a", "strict=no,teacher=b+c"});
  CHECK(command_words(plan.configurations[1].flags) ==
        std::vector<std::string>{"--strict", "--teacher=runs/b", "--teacher=c"});
  CHECK(command_words(plan.configurations[2].flags) == std::vector<std::string>{"--teacher=a"});
}

TEST_CASE("numbers come to the command line as they were written") {
  const SweepPlan plan = plan_of("[[run]]\nlearning-rate = 0.05\n[[run]]\nlearning-rate = 1e-5\n");
  CHECK(names_of(plan) == std::vector<std::string>{"learning-rate=0.05", "learning-rate=1e-05"});
}

TEST_CASE("a run is called after what it sets, unless it has a name, and one of the base is base") {
  CHECK(names_of(plan_of("[base]\nfc1 = 3\n[[run]]\n[[run]]\nfc1 = 8\nepochs = 2\n[[run]]\nname = "
                         "\"mine\"\n")) ==
        std::vector<std::string>{"base", "fc1=8,epochs=2", "mine"});
}

TEST_CASE("the command line goes before the base, and may not be varied") {
  CHECK(command_words(plan_of("[base]\nepochs = 8\n[grid]\nfc1 = [2]\n", {{"epochs", {"1"}}})
                          .configurations[0]
                          .flags) == std::vector<std::string>{"--epochs=1", "--fc1=2"});
  CHECK_THROWS_WITH(plan_of("[grid]\nepochs = [2]\n", {{"epochs", {"1"}}}),
                    "s.toml:2: epochs differs between runs here, and --epochs is given for all of "
                    "them on the command line; leave one out");
}

TEST_CASE("the value of a run's name that is no plain text becomes one") {
  CHECK(names_of(plan_of("[[run]]\naugment = \"my recipes/a b.toml\"\n")) ==
        std::vector<std::string>{"augment=a_b.toml"});
}

TEST_CASE("a sweep that is too large is refused before it is made") {
  std::string list = "0";
  for (int i = 1; i < 40; ++i) list += ", " + std::to_string(i);
  const std::string grid = "[grid]\nfc1 = [" + list + "]\nepochs = [" + list + "]\n";
  CHECK_THROWS_WITH(plan_of(grid), "s.toml:1: the grid is more than 1000 runs");
  CHECK_THROWS_WITH(plan_of("seeds = [" + list + "]\n[grid]\nfc1 = [" + list + "]\n"),
                    "s.toml: is 1600 runs; at most 1000 are taken");
}

}  // namespace signpost
