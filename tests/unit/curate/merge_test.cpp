#include "curate/merge.h"

#include <catch2/catch.hpp>

#include "curate/merge_report.h"

namespace signpost {
namespace {

Sample sample_of(const std::string& id, int label) {
  Sample sample;
  sample.id = id;
  sample.image = id + ".ppm";
  sample.label = label;
  return sample;
}

using Records = std::vector<std::pair<std::string, int>>;

/// Each input's records on lines of their own, decided by `rule`.
Merger merged(const std::vector<Records>& inputs, OnConflict rule) {
  Merger merger;
  std::uint64_t line = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    for (const auto& [id, label] : inputs[i]) merger.add(sample_of(id, label), line++, i);
  }
  merger.decide(rule, inputs.size());
  return merger;
}

std::string kept_lines(const Merger& merger, std::uint64_t lines) {
  std::string text;
  for (std::uint64_t line = 0; line < lines; ++line) text += merger.kept(line) ? '+' : '.';
  return text;
}

void check_count(const Merger::Count& count, std::uint64_t added, std::uint64_t same,
                 std::uint64_t dropped, std::uint64_t replaced) {
  CHECK(count.added == added);
  CHECK(count.same == same);
  CHECK(count.dropped == dropped);
  CHECK(count.replaced == replaced);
}

void check_differences(const Merger& merger, const std::vector<Merger::Difference>& expected) {
  REQUIRE(merger.differences().size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(merger.differences()[i].line == expected[i].line);
    CHECK(merger.differences()[i].against == expected[i].against);
    CHECK(merger.differences()[i].outcome == expected[i].outcome);
  }
}

}  // namespace

TEST_CASE("a record that comes again with the same content is kept once, where it came first") {
  const Merger merger =
      merged({{{"a", 1}, {"b", 2}}, {{"b", 2}, {"c", 3}, {"c", 3}}}, OnConflict::error);
  CHECK(kept_lines(merger, 6) == "++.+..");
  CHECK(merger.differences().empty());
  check_count(merger.counts()[0], 2, 0, 0, 0);
  check_count(merger.counts()[1], 1, 2, 0, 0);
}

TEST_CASE("an id with two contents is a conflict, named with both lines, in the order of lines") {
  const Merger merger = merged({{{"x", 1}, {"a", 1}}, {{"a", 2}, {"x", 2}}}, OnConflict::error);
  using Outcome = Merger::Outcome;
  check_differences(merger, {{2, 1, Outcome::undecided}, {3, 0, Outcome::undecided}});
  CHECK(merger.counts()[1].undecided == 2);
  CHECK(merger.counts()[1].dropped == 0);
}

TEST_CASE("the first content can win") {
  const Merger merger =
      merged({{{"a", 1}}, {{"a", 2}, {"b", 5}}, {{"a", 1}, {"a", 3}}}, OnConflict::first);
  CHECK(kept_lines(merger, 5) == "+.+..");
  CHECK(merger.replacements().empty());
  using Outcome = Merger::Outcome;
  check_differences(merger, {{1, 0, Outcome::dropped}, {4, 0, Outcome::dropped}});
  check_count(merger.counts()[1], 1, 0, 1, 0);
  check_count(merger.counts()[2], 0, 1, 1, 0);
}

TEST_CASE("the last content can win, in the place of the first") {
  const Merger merger =
      merged({{{"a", 1}, {"b", 1}}, {{"b", 2}, {"a", 2}}, {{"b", 3}, {"a", 2}}}, OnConflict::last);
  CHECK(kept_lines(merger, 6) == "++....");
  CHECK(merger.replacements() ==
        std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 3}, {1, 4}});
  using Outcome = Merger::Outcome;
  check_differences(
      merger, {{2, 1, Outcome::replaced}, {3, 0, Outcome::replaced}, {4, 2, Outcome::replaced}});
  check_count(merger.counts()[1], 0, 0, 0, 2);
  check_count(merger.counts()[2], 0, 1, 0, 1);
}

TEST_CASE("a content that goes and comes back needs no replacement") {
  const Merger merger = merged({{{"a", 1}}, {{"a", 2}}, {{"a", 1}}}, OnConflict::last);
  CHECK(merger.replacements().empty());
  CHECK(kept_lines(merger, 3) == "+..");
}

TEST_CASE("an input without a record keeps its place among the counts") {
  const Merger merger = merged({{{"a", 1}}, {}, {{"b", 1}}}, OnConflict::error);
  check_count(merger.counts()[1], 0, 0, 0, 0);
  check_count(merger.counts()[2], 1, 0, 0, 0);
  CHECK(merged({{}, {}}, OnConflict::error).counts().size() == 2);
}

TEST_CASE("the fields in which two records differ are named, with both values") {
  Sample a = sample_of("a", 1), b = sample_of("a", 2);
  b.roi = Roi{0, 0, 1, 1};
  a.extra = R"("x":[1, 2],"y":"old")";
  b.extra = R"("z":{"k":null},"x":[1,2],"y":"n\u0065w")";
  CHECK(changes_text(changes_between(a, b)) ==
        R"(label 1 -> 2, y "old" -> "new", roi null -> [0,0,1,1], z null -> {"k":null})");
  CHECK(changes_between(a, a).empty());
}

TEST_CASE("records that differ in nothing but how they are written are told so") {
  Sample a = sample_of("a", 1), b = a;
  a.extra = R"("x":1,"y":2)";
  b.extra = R"("y":2,"x":1)";
  const std::vector<FieldChange> changes = changes_between(a, b);
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].field == "(text)");
}

TEST_CASE("a long value is cut between characters") {
  Sample a = sample_of("a", 1), b = a;
  for (int i = 0; i < 60; ++i) b.group += "ä";
  const std::string text = changes_text(changes_between(a, b));
  CHECK(text.size() < 70);
  CHECK(text.ends_with("ä…"));
}

}  // namespace signpost
