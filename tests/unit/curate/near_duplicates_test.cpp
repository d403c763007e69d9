#include "curate/near_duplicates.h"

#include <bit>
#include <catch2/catch.hpp>
#include <set>

#include "base/random.h"
#include "curate/hash_search.h"

namespace signpost {
namespace {

/// Hashes in clumps, as signs of one class have them.
std::vector<std::uint64_t> clumped_hashes(std::size_t count) {
  Random random(3, "hashes", 0, "test");
  std::vector<std::uint64_t> hashes;
  const auto wide = [&] { return (std::uint64_t{random.bits()} << 32 | random.bits()) >> 1; };
  for (std::size_t i = 0; i < count; ++i) {
    std::uint64_t hash = i % 40 == 0 ? wide() : hashes[i - i % 40];
    for (std::uint32_t flips = random.below(12); flips > 0; --flips)
      hash ^= std::uint64_t{1} << random.below(HashSearch::kBits);
    hashes.push_back(hash);
  }
  return hashes;
}

Fingerprint print_of(std::uint64_t hash, int phase = 0) {
  Fingerprint print;
  print.hash = hash;
  for (std::size_t i = 0; i < print.thumbnail.size(); ++i) {
    const auto n = static_cast<int>(i) * (3 + phase) * (7 + phase);
    print.thumbnail[i] = static_cast<std::uint8_t>(n % 251);
  }
  return print;
}

/// Pictures one a line, in groups by number; content 0 is unknown.
class Set {
 public:
  void add(std::uint64_t group, const Fingerprint& print, Side side = Side::none,
           std::uint64_t content = 0) {
    const std::uint64_t line = pictures_.size() + 1;
    pictures_.add({line, group, content, static_cast<std::uint32_t>(line), side}, print);
  }

  /// "later~earlier" of each match, where `alike` tells how similar two lines are.
  template <typename Alike>
  std::vector<std::string> matches(Alike alike, int jobs = 1) {
    pictures_.search(jobs);
    std::vector<std::string> found;
    for (const NearDuplicates::Match& match : pictures_.find(0.9, jobs, alike))
      found.push_back(std::to_string(match.line) + "~" + std::to_string(match.other_line));
    return found;
  }

 private:
  NearDuplicates pictures_;
};

const auto always = [](std::uint64_t, std::uint64_t) { return 0.95; };

}  // namespace

TEST_CASE("the search finds each pair within the radius once, and no other") {
  const std::vector<std::uint64_t> hashes = clumped_hashes(3000);
  const HashSearch search(hashes);
  std::size_t pairs = 0;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    std::set<std::size_t> expected, found;
    for (std::size_t j = 0; j < i; ++j) {
      if (std::popcount(hashes[i] ^ hashes[j]) <= HashSearch::kRadius) expected.insert(j);
    }
    search.each_earlier(i, [&](std::size_t j) {
      CHECK(found.insert(j).second);
      return true;
    });
    REQUIRE(found == expected);
    pairs += found.size();
  }
  CHECK(pairs > 10000);
}

TEST_CASE("the search stops when it is told to") {
  const HashSearch search(std::vector<std::uint64_t>(50, 5));
  int visits = 0;
  search.each_earlier(49, [&](std::size_t) { return ++visits < 7; });
  CHECK(visits == 7);
}

TEST_CASE("pictures of two groups that look alike are matched; frames of one group are not") {
  Set set;
  set.add(1, print_of(0b1011));
  set.add(1, print_of(0b1010));
  set.add(2, print_of(0b1011));
  set.add(3, print_of(~std::uint64_t{0} >> 1));
  CHECK(set.matches(always) == std::vector<std::string>{"3~1"});
}

TEST_CASE("thumbnails that differ are not compared, whatever their hashes say") {
  Set set;
  set.add(1, print_of(7, 0));
  set.add(2, print_of(7, 5));
  CHECK(set.matches(always).empty());
}

TEST_CASE("of two groups the most similar of three likely pairs is told") {
  Set set;
  for (int i = 0; i < 3; ++i) set.add(1, print_of(7));
  for (int i = 0; i < 3; ++i) set.add(2, print_of(7));
  int compared = 0;
  const auto by_line = [&](std::uint64_t line, std::uint64_t) {
    ++compared;
    return line == 5 ? 0.97 : 0.92;
  };
  CHECK(set.matches(by_line) == std::vector<std::string>{"5~1"});
  CHECK(compared == 3);
  const auto never = [](std::uint64_t, std::uint64_t) { return 0.89; };
  CHECK(set.matches(never).empty());
}

TEST_CASE("groups that share an exact copy are told elsewhere") {
  Set set;
  set.add(1, print_of(7), Side::train, 100);
  set.add(1, print_of(7), Side::train, 101);
  set.add(2, print_of(7), Side::test, 101);
  set.add(2, print_of(7), Side::test, 102);
  CHECK(set.matches(always).empty());
}

TEST_CASE("thousands of alike pictures are matched in bounded work, across sides too") {
  Set set;
  for (std::uint64_t i = 0; i < 3000; ++i) set.add(i + 1, print_of(7), Side::train);
  set.add(9999, print_of(7), Side::test);
  const std::vector<std::string> found = set.matches(always, 2);
  CHECK(found.size() < 3001 * 17);
  CHECK(found.back().starts_with("3001~"));
}

TEST_CASE("matches are the same at any number of jobs") {
  Set set;
  const std::vector<std::uint64_t> hashes = clumped_hashes(2000);
  for (std::size_t i = 0; i < hashes.size(); ++i) set.add(i / 3 + 1, print_of(hashes[i]));
  const auto mixed = [](std::uint64_t line, std::uint64_t other) {
    return static_cast<double>(stable_hash(std::to_string(line * 10000 + other)) % 1000) / 1000;
  };
  const std::vector<std::string> one = set.matches(mixed, 1);
  CHECK(one.size() > 50);
  CHECK(set.matches(mixed, 4) == one);
}

}  // namespace signpost
