#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace signpost {

/// A stable 64-bit hash of `bytes` (FNV-1a, then a finaliser). The same on every machine and in
/// every release.
std::uint64_t stable_hash(std::string_view bytes, std::uint64_t seed = 0);

/// A random stream that is a pure function of (seed, id, copy, purpose): Philox4x32-10, the
/// counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as
/// 1, 2, 3" (SC 2011). No state is shared between streams, so the order in which samples are
/// processed never matters.
class Random {
 public:
  /// `purpose` names the decision ("split", "augment"), so that two decisions about one sample are
  /// independent.
  Random(std::uint64_t seed, std::string_view id, std::uint64_t copy, std::string_view purpose);

  std::uint32_t bits();

  /// Uniform in [0, 1), a multiple of 2^-32.
  double uniform();

  /// Uniform in [low, high).
  double uniform(double low, double high) { return low + (high - low) * uniform(); }

  /// Uniform in [0, n), without modulo bias worth measuring (multiply-shift). n > 0.
  std::uint32_t below(std::uint32_t n);

  /// Standard normal (Box-Muller).
  double normal();

  /// True with probability p.
  bool chance(double p) { return uniform() < p; }

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  unsigned used_ = 4;
};

/// One Philox4x32-10 block; exposed for the known-answer test.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

}  // namespace signpost
