#include <cstdlib>
#include <cstring>

#include "device/kernels/tables.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace signpost::kernels {
namespace {

const Table* const* look() {
  static const Table* tables[5] = {};
  std::size_t count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vnni")) {
    tables[count++] = &kAvx512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) tables[count++] = &kAvx2;
  tables[count++] = &kSse2;
#elif defined(__aarch64__)
#if defined(__linux__)
  constexpr unsigned long kDotProduct = 1UL << 20;  // HWCAP_ASIMDDP
  if (getauxval(AT_HWCAP) & kDotProduct) tables[count++] = &kNeonDot;
#endif
  tables[count++] = &kNeon;
#endif
  tables[count] = &kGeneric;
  return tables;
}

const Table& choose() {
  const Table* const* all = tables();
  if (const char* wanted = std::getenv("SIGNPOST_KERNELS")) {
    for (const Table* const* at = all; *at; ++at) {
      if (std::strcmp((*at)->name, wanted) == 0) return **at;
    }
  }
  return *all[0];
}

/// Cycles for one input number of a row and a panel, by a rough model: two multiplications and two
/// loads a cycle, a latency of four.
double cycles(std::size_t pixels, std::size_t tile, std::size_t vectors) {
  double sum = 0;
  for (std::size_t done = 0; done < pixels; done += tile) {
    const auto m = static_cast<double>(tile < pixels - done ? tile : pixels - done),
               v = static_cast<double>(vectors);
    const double multiply = m * v / 2, load = (m + v) / 2;
    double most = multiply > load ? multiply : load;
    if (most < 4) most = 4;
    sum += most + 0.5;
  }
  return sum;
}

}  // namespace

const Table* const* tables() {
  static const Table* const* found = look();
  return found;
}

const Table& table() {
  static const Table& best = choose();
  return best;
}

Tiling choose_tiling(const Table& table, std::size_t lanes, std::size_t pixels,
                     std::size_t channels) {
  Tiling best;
  double least = 0;
  for (std::size_t vectors = 1; vectors <= kMaxVectors; ++vectors) {
    std::size_t most = table.accumulators / vectors;
    if (most > kMaxTile) most = kMaxTile;
    const std::size_t tiles = (pixels + most - 1) / most, tile = (pixels + tiles - 1) / tiles,
                      panels = (channels + vectors * lanes - 1) / (vectors * lanes);
    const double cost = static_cast<double>(panels) * cycles(pixels, tile, vectors);
    if (vectors == 1 || cost < least) {
      least = cost;
      best = {tile, vectors};
    }
  }
  return best;
}

}  // namespace signpost::kernels
