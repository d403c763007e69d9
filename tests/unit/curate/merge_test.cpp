#include "curate/merge.h"

#include <catch2/catch.hpp>

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

}  // namespace

TEST_CASE("a record that comes again with the same content is kept once, where it came first") {
  const Merger merger =
      merged({{{"a", 1}, {"b", 2}}, {{"b", 2}, {"c", 3}, {"c", 3}}}, OnConflict::error);
  CHECK(kept_lines(merger, 6) == "++.+..");
  CHECK(merger.conflicts().empty());
  check_count(merger.counts()[0], 2, 0, 0, 0);
  check_count(merger.counts()[1], 1, 2, 0, 0);
}

TEST_CASE("an id with two contents is a conflict, named with both lines, in the order of lines") {
  const Merger merger = merged({{{"x", 1}, {"a", 1}}, {{"a", 2}, {"x", 2}}}, OnConflict::error);
  REQUIRE(merger.conflicts().size() == 2);
  CHECK(merger.conflicts()[0].line == 2);
  CHECK(merger.conflicts()[0].earlier_line == 1);
  CHECK(merger.conflicts()[1].line == 3);
  CHECK(merger.conflicts()[1].earlier_line == 0);
}

TEST_CASE("the first content can win") {
  const Merger merger =
      merged({{{"a", 1}}, {{"a", 2}, {"b", 5}}, {{"a", 1}, {"a", 3}}}, OnConflict::first);
  CHECK(kept_lines(merger, 5) == "+.+..");
  CHECK(merger.replacements().empty());
  CHECK(merger.conflicts().empty());
  check_count(merger.counts()[1], 1, 0, 1, 0);
  check_count(merger.counts()[2], 0, 1, 1, 0);
}

TEST_CASE("the last content can win, in the place of the first") {
  const Merger merger =
      merged({{{"a", 1}, {"b", 1}}, {{"b", 2}, {"a", 2}}, {{"b", 3}, {"a", 2}}}, OnConflict::last);
  CHECK(kept_lines(merger, 6) == "++....");
  CHECK(merger.replacements() ==
        std::vector<std::pair<std::uint64_t, std::uint64_t>>{{0, 3}, {1, 4}});
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

TEST_CASE("the fields in which two records differ are named") {
  Sample a = sample_of("a", 1), b = sample_of("a", 2);
  b.roi = Roi{0, 0, 1, 1};
  b.extra = "\"x\":1";
  CHECK(differing_fields(a, b) == "roi, label, other fields");
  CHECK(differing_fields(a, a).empty());
}

}  // namespace signpost
