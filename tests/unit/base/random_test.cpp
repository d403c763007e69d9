#include "base/random.h"

#include <catch2/catch.hpp>
#include <set>

namespace signpost {

TEST_CASE("Philox gives the known answers of the Random123 distribution") {
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) ==
        std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
        std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a random stream depends on seed, id, copy and purpose, and on nothing else") {
  const auto first = [](std::uint64_t seed, const char* id, std::uint64_t copy,
                        const char* purpose) { return Random(seed, id, copy, purpose).bits(); };
  CHECK(first(7, "a", 0, "split") == first(7, "a", 0, "split"));
  const std::set<std::uint32_t> different = {first(7, "a", 0, "split"), first(8, "a", 0, "split"),
                                             first(7, "b", 0, "split"), first(7, "a", 1, "split"),
                                             first(7, "a", 0, "augment")};
  CHECK(different.size() == 5);
}

TEST_CASE("uniform and normal numbers have the moments that they should") {
  Random random(1, "moments", 0, "test");
  double sum = 0, squares = 0, normal_sum = 0, normal_squares = 0;
  constexpr int kCount = 100000;
  for (int i = 0; i < kCount; ++i) {
    const double u = random.uniform(), n = random.normal();
    REQUIRE((u >= 0 && u < 1));
    sum += u;
    squares += u * u;
    normal_sum += n;
    normal_squares += n * n;
  }
  CHECK(sum / kCount == Approx(0.5).margin(0.01));
  CHECK(squares / kCount == Approx(1.0 / 3).margin(0.01));
  CHECK(normal_sum / kCount == Approx(0).margin(0.02));
  CHECK(normal_squares / kCount == Approx(1).margin(0.03));
}

}  // namespace signpost
