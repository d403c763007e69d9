#include "curate/split_list.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "curate/split.h"
#include "support/scratch.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

/// "name:side" of each entry.
std::vector<std::string> listed(const SplitList& list) {
  std::vector<std::string> entries;
  for (const SplitList::Entry& entry : list.entries())
    entries.push_back(entry.name + ":" + std::string(name_of(entry.side)));
  return entries;
}

std::vector<std::string> listed(const std::string& text) {
  const Scratch scratch;
  write(scratch / "list", text);
  return listed(SplitList::load((scratch / "list").string()));
}

/// What is wrong with a list of this text, from behind the folder's name.
std::string fault(const std::string& text) {
  const Scratch scratch;
  write(scratch / "list", text);
  try {
    SplitList::load((scratch / "list").string());
  } catch (const Error& error) {
    CHECK(error.blame() == Blame::input);
    const std::string what = error.what();
    return what.substr(what.find("list"));
  }
  return "none";
}

Sample sample_of(const std::string& id, const std::string& group, const std::string& split = "") {
  Sample sample;
  sample.id = id;
  sample.image = "x.ppm";
  sample.group = group;
  sample.label = 0;
  sample.split = split;
  return sample;
}

const std::vector<std::string> kExpected = {"a/1:train", "b c:val", "d:test"};

}  // namespace

TEST_CASE("a list has commas, semicolons, tabs or spaces") {
  CHECK(listed("a/1,train\nb c,val\nd,test\n") == kExpected);
  CHECK(listed("a/1;train\r\nb c;val\r\nd;test") == kExpected);
  CHECK(listed("a/1\ttrain\nb c\tval\n\n# a remark\nd\ttest\n") == kExpected);
  CHECK(listed("a/1 train\n  b c   val \nd test\n") == kExpected);
  CHECK(listed("a/1 , train\n\"b c\", \"val\"\nd ,test\n") == kExpected);
  CHECK(listed("group,split\na/1,train\nb c,val\nd,test\n") == kExpected);
  CHECK(listed("\"a,\"\"b\"\"\",val\n") == std::vector<std::string>{"a,\"b\":val"});
}

TEST_CASE("a list can be a stream of records, by group or by id") {
  CHECK(listed(R"({"group":"a/1","split":"train"}
{"id":"b c","image":"i","split":"val"}
{"id":"x","group":"d","split":"test"}
{"id":"y","group":"d","split":"test"}
)") == kExpected);
}

TEST_CASE("a list can be a folder of one file a side") {
  const Scratch scratch;
  write(scratch / "train.txt", "a/1\n");
  write(scratch / "val.txt", "b c\r\n\n");
  write(scratch / "test.txt", "# held back\nd\n");
  const SplitList list = SplitList::load((scratch / "").string());
  CHECK(listed(list) == kExpected);
  CHECK(list.where(list.entries()[2]) == (scratch / "test.txt").string() + ":2");
}

TEST_CASE("a list that cannot be read says where and why") {
  CHECK(fault("a,train\nb\n") == "list:2: needs a name and a side, as a/b,val");
  CHECK(fault("a,train\nb,training\n") == "list:2: \"training\" is none of train, val and test");
  CHECK(fault("a,split\n,val\n") == "list:2: needs a name and a side, as a/b,val");
  CHECK(fault("{\"id\":\"a\"}\n") == "list:1: needs \"group\" or \"id\", and \"split\"");
  CHECK(fault("{\"id\"\n") == "list:1: needs \"group\" or \"id\", and \"split\"");
  CHECK(fault("# nothing\n") == "list: lists no name");
  const Scratch scratch;
  CHECK_THROWS_WITH(SplitList::load((scratch / "").string()),
                    Catch::EndsWith(": holds none of train.txt, val.txt and test.txt"));
  CHECK_THROWS_WITH(SplitList::load((scratch / "nowhere").string()),
                    Catch::EndsWith("nowhere: cannot be read: No such file or directory"));
}

TEST_CASE("a name on two sides of a list is an error that names both lines") {
  CHECK_THAT(fault("a,train\nb,val\na,train\na,val\n"),
             Catch::StartsWith("list:4: a is in val here, but in train at ") &&
                 Catch::EndsWith("list:1; a name has one side"));
}

TEST_CASE("a listed group goes to its side as a whole, named by itself or by a sample") {
  const Scratch scratch;
  write(scratch / "list", "g1,val\ns3,test\n");
  SplitOptions options;
  options.unlisted = Unlisted::train;
  Splitter splitter(options, SplitList::load((scratch / "list").string()));
  const std::vector<Sample> samples = {sample_of("s1", "g1"), sample_of("s2", "g2"),
                                       sample_of("s3", "g2"), sample_of("s4", "g3")};
  std::uint64_t line = 0;
  for (const Sample& sample : samples) CHECK(splitter.add(sample, ++line).empty());
  CHECK(splitter.conflict_count() == 0);
  splitter.assign();
  const std::vector<Side> expected = {Side::val, Side::test, Side::test, Side::train};
  for (std::size_t i = 0; i < samples.size(); ++i)
    CHECK(splitter.placement(samples[i]).value().side == expected[i]);
  for (const SplitList::Entry& entry : splitter.list().entries()) CHECK(entry.used);
}

TEST_CASE("a list that puts one group on two sides is a conflict that names it") {
  const Scratch scratch;
  write(scratch / "list", "s1,train\ns2,val\n");
  Splitter splitter({}, SplitList::load((scratch / "list").string()));
  CHECK(splitter.add(sample_of("s1", "g"), 1).empty());
  CHECK(splitter.add(sample_of("s2", "g"), 2).empty());
  REQUIRE(splitter.conflict_count() == 1);
  const Splitter::Conflict& conflict = splitter.conflicts()[0];
  CHECK(conflict.group == "g");
  CHECK(conflict.here.side == "val");
  CHECK(conflict.here.entry->name == "s2");
  CHECK(conflict.before.side == "train");
  CHECK(conflict.before.entry->line == 1);
}

TEST_CASE("a list against a split that is there is a conflict, unless that is forgotten") {
  const Scratch scratch;
  write(scratch / "list", "g,val\n");
  for (const bool reassign : {false, true}) {
    SplitOptions options;
    options.reassign = reassign;
    Splitter splitter(options, SplitList::load((scratch / "list").string()));
    CHECK(splitter.add(sample_of("s", "g", "train"), 1).empty());
    CHECK(splitter.conflict_count() == (reassign ? 0 : 1));
  }
  SplitOptions reassign;
  reassign.reassign = true;
  Splitter splitter(reassign, SplitList::load((scratch / "list").string()));
  CHECK(splitter.add(sample_of("s", "g", "test"), 1).empty());
  CHECK(splitter.conflict_count() == 1);
}

TEST_CASE("what is not listed is drawn, put on a side, dropped or kept, as is said") {
  const Scratch scratch;
  write(scratch / "list", "g0,test\n");
  const auto sides = [&](Unlisted unlisted) {
    SplitOptions options;
    options.val = 0.5;
    options.unlisted = unlisted;
    Splitter splitter(options, SplitList::load((scratch / "list").string()));
    std::vector<Sample> samples;
    for (int i = 0; i < 9; ++i) {
      std::string group = "g";
      group += std::to_string(i);
      samples.push_back(sample_of(group + "_0", group, i == 1 ? "train" : ""));
      splitter.add(samples.back(), static_cast<std::uint64_t>(i) + 1);
    }
    splitter.assign();
    std::array<int, 5> counts{};
    for (const Sample& sample : samples) {
      const auto placement = splitter.placement(sample);
      ++counts[placement ? static_cast<std::size_t>(placement->side) : 4];
    }
    return counts;
  };
  //                                                     none train val test dropped
  CHECK(sides(Unlisted::draw) == std::array<int, 5>{0, 4, 4, 1, 0});
  CHECK(sides(Unlisted::train) == std::array<int, 5>{0, 8, 0, 1, 0});
  CHECK(sides(Unlisted::val) == std::array<int, 5>{0, 1, 7, 1, 0});
  CHECK(sides(Unlisted::test) == std::array<int, 5>{0, 1, 0, 8, 0});
  CHECK(sides(Unlisted::drop) == std::array<int, 5>{0, 1, 0, 1, 7});
  CHECK(sides(Unlisted::keep) == std::array<int, 5>{7, 1, 0, 1, 0});
}

}  // namespace signpost
