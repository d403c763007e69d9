#include "curate/draw.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "base/error.h"
#include "curate/shard.h"

namespace signpost {
namespace {

std::string id(std::size_t i) {
  std::string name = "s";
  name += std::to_string(i);
  return name;
}

/// The ids that are drawn out of 1000, offered from the first or from the last.
std::set<std::string> drawn(std::size_t size, std::uint64_t seed, bool backwards = false) {
  Draw draw(size, seed);
  for (std::size_t i = 0; i < 1000; ++i) draw.offer(id(backwards ? 999 - i : i), i);
  std::set<std::string> ids;
  const std::vector<std::uint64_t> lines = draw.lines();
  CHECK(std::is_sorted(lines.begin(), lines.end()));
  for (const std::uint64_t line : lines) ids.insert(id(backwards ? 999 - line : line));
  return ids;
}

Sample sample_of(const std::string& name, const std::string& group) {
  Sample sample;
  sample.id = name;
  sample.group = group;
  return sample;
}

}  // namespace

TEST_CASE("a draw follows from the seed and the ids, not from their order") {
  CHECK(drawn(50, 7).size() == 50);
  CHECK(drawn(50, 7) == drawn(50, 7, true));
  CHECK(drawn(50, 7) != drawn(50, 8));
}

TEST_CASE("a larger draw holds the smaller one") {
  const std::set<std::string> small = drawn(20, 7), large = drawn(200, 7);
  CHECK(std::includes(large.begin(), large.end(), small.begin(), small.end()));
}

TEST_CASE("a draw of more than there are is all") { CHECK(drawn(5000, 7).size() == 1000); }

TEST_CASE("each record is as likely to be drawn as any other") {
  std::vector<int> hits(1000);
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    for (const std::string& name : drawn(100, seed)) ++hits[std::stoul(name.substr(1))];
  }
  // 40 on average, with a deviation of 6.
  CHECK(*std::min_element(hits.begin(), hits.end()) > 10);
  CHECK(*std::max_element(hits.begin(), hits.end()) < 70);
}

TEST_CASE("each group is in exactly one shard, and shards are of a size") {
  std::vector<int> sizes(8);
  for (int g = 0; g < 800; ++g) {
    int shards = 0;
    for (std::uint32_t i = 1; i <= 8; ++i) {
      const Shard shard{i, 8};
      const std::string group = std::to_string(g);
      const bool held = shard.holds(sample_of("a", group));
      CHECK(held == shard.holds(sample_of("b", group)));
      shards += held;
      sizes[i - 1] += held;
    }
    CHECK(shards == 1);
  }
  CHECK(*std::min_element(sizes.begin(), sizes.end()) > 70);
}

TEST_CASE("a shard is written as two numbers") {
  CHECK(Shard::parse("3/8").index == 3);
  CHECK(Shard::parse("3/8").count == 8);
  for (const char* text :
       {"", "3", "0/8", "9/8", "3/", "/8", "3/8x", "-1/8", "3/-8", "a/b", "1/0", "1/99999999999"}) {
    INFO(text);
    CHECK_THROWS_WITH(Shard::parse(text),
                      Catch::EndsWith("is no part; write 1/8 for the first of eight, 8/8 for the "
                                      "last"));
  }
}

}  // namespace signpost
