#include "curate/bootstrap.h"

#include <array>
#include <catch2/catch.hpp>

namespace signpost {

TEST_CASE("the mean is over samples, and the order of groups does not matter") {
  ClusterBootstrap forwards, backwards;
  for (std::uint64_t i = 0; i < 30; ++i) {
    forwards.add(i / 3, i % 5 == 0);
    backwards.add((29 - i) / 3, (29 - i) % 5 == 0);
  }
  const Interval a = forwards.intervals().front(), b = backwards.intervals().front();
  CHECK(a.value == Approx(0.2));
  CHECK(a.low < 0.2);
  CHECK(a.high > 0.2);
  CHECK(a.low == b.low);
  CHECK(a.high == b.high);
  CHECK(forwards.group_count() == 10);
  CHECK(forwards.sample_count() == 30);
}

TEST_CASE("a paired difference is sharper than the difference of two intervals") {
  // Groups differ widely, but the second figure is always half a point below the first.
  ClusterBootstrap bootstrap(3);
  for (std::uint64_t group = 0; group < 40; ++group) {
    const double first = group % 2 ? 1 : 0.2;
    bootstrap.add(group, std::array{first, first - 0.005, -0.005});
  }
  const std::vector<Interval> intervals = bootstrap.intervals();
  CHECK(intervals[0].high - intervals[0].low > 0.1);
  CHECK(intervals[1].value == Approx(intervals[0].value - 0.005));
  CHECK(intervals[2].low == Approx(-0.005));
  CHECK(intervals[2].high == Approx(-0.005));
}

TEST_CASE("one group gives no interval, and none gives zeros") {
  ClusterBootstrap one;
  one.add(std::uint64_t{7}, 1.0);
  one.add(std::uint64_t{7}, 0.0);
  CHECK(one.intervals().front().low == 0.5);
  CHECK(one.intervals().front().high == 0.5);
  CHECK(ClusterBootstrap().intervals().front().value == 0);
}

}  // namespace signpost
