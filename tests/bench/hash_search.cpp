// hash_search: how the search for near hashes grows, against all pairs. Hashes come in clumps of
// thirty, as tracks do. Prints processor seconds and their ratio; asserts nothing. All pairs are
// measured up to 50,000 hashes and extrapolated beyond.
#include "curate/hash_search.h"

#include <cstdio>
#include <ctime>

#include "base/random.h"

namespace {

using namespace signpost;

/// Of the processor: other work on the machine does not count.
template <typename Work>
double seconds(const Work& work) {
  const std::clock_t begin = std::clock();
  work();
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

std::vector<std::uint64_t> clumps(std::size_t count) {
  Random random(1, "clumps", 0, "bench");
  std::vector<std::uint64_t> hashes(count);
  for (std::size_t i = 0; i < count; ++i) {
    hashes[i] = i % 30 == 0 ? (std::uint64_t{random.bits()} << 31 | random.bits() >> 1)
                            : hashes[i - i % 30];
    for (int flips = 0; flips < 6; ++flips)
      hashes[i] ^= std::uint64_t{1} << random.below(HashSearch::kBits);
  }
  return hashes;
}

}  // namespace

int main() {
  std::printf("%10s %10s %10s %8s %12s\n", "hashes", "search s", "all s", "ratio", "pairs");
  double rate = 0;  // comparisons a second
  for (const std::size_t count : {39209u, 100000u, 200000u, 1000000u}) {
    const std::vector<std::uint64_t> hashes = clumps(count);
    std::size_t found = 0, all = 0;
    const double ours = seconds([&] {
      const HashSearch search(hashes);
      for (std::size_t i = 0; i < count; ++i)
        search.each_earlier(i, [&](std::size_t) { return ++found != 0; });
    });
    const double pairs = static_cast<double>(count) * static_cast<double>(count - 1) / 2;
    double theirs = pairs / (rate > 0 ? rate : 1);
    if (count <= 50000) {
      theirs = seconds([&] {
        for (std::size_t i = 0; i < count; ++i) {
          for (std::size_t j = 0; j < i; ++j)
            all += std::popcount(hashes[i] ^ hashes[j]) <= HashSearch::kRadius ? 1 : 0;
        }
      });
      rate = pairs / theirs;
    }
    std::printf("%10zu %10.2f %9.2f%s %8.1f %12zu%s\n", count, ours, theirs, all > 0 ? " " : "*",
                theirs / ours, found, all > 0 && all != found ? "  DIFFERENT PAIRS" : "");
  }
  std::puts("* extrapolated");
  return 0;
}
