#include "curate/distribution.h"

#include <catch2/catch.hpp>

namespace signpost {

TEST_CASE("quantiles are numbers that came, by nearest rank") {
  Distribution lengths;
  for (int i = 1; i <= 100; ++i) lengths.add(101 - i);
  CHECK(lengths.quantile(0) == 1);
  CHECK(lengths.quantile(0.05) == 5);
  CHECK(lengths.quantile(0.5) == 50);
  CHECK(lengths.quantile(0.95) == 95);
  CHECK(lengths.quantile(1) == 100);
  Distribution one;
  one.add(7);
  for (const double q : {0.0, 0.5, 1.0}) CHECK(one.quantile(q) == 7);
}

TEST_CASE("the share below a number leaves the number itself out") {
  Distribution some;
  CHECK(some.share_below(10) == 0);
  for (const int value : {1, 10, 10, 11}) some.add(value);
  CHECK(some.share_below(10) == 0.25);
  CHECK(some.share_below(11) == 0.75);
  CHECK(some.share_below(100) == 1);
}

TEST_CASE("bars begin at multiples of a round width and count everything once") {
  Distribution some;
  for (int value = 23; value <= 91; ++value) some.add(value);
  const Distribution::Bins bins = some.bins(16);
  CHECK(bins.width == 5);
  CHECK(bins.low == 20);
  CHECK(bins.counts == std::vector<std::uint64_t>{2, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 2});
  CHECK_FALSE(bins.open);
  CHECK(Distribution().bins(8).counts.empty());
}

TEST_CASE("negative numbers fall in the bar below zero") {
  Distribution some;
  for (const int value : {-3, -1, 0, 4}) some.add(value);
  const Distribution::Bins bins = some.bins(2);
  CHECK(bins.low == -5);
  CHECK(bins.width == 5);
  CHECK(bins.counts == std::vector<std::uint64_t>{2, 2});
}

TEST_CASE("a few far numbers fall in the last bar, which is then open") {
  Distribution some;
  for (int i = 0; i < 1000; ++i) some.add(10 + i % 10);
  some.add(4000);
  const Distribution::Bins bins = some.bins(20);
  CHECK(bins.width == 1);
  CHECK(bins.low == 10);
  CHECK(bins.counts.size() == 10);
  CHECK(bins.counts.back() == 101);
  CHECK(bins.open);
}

}  // namespace signpost
