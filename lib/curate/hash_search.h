#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace signpost {

/// Finds the 63-bit hashes within kRadius bits of each other, exactly, by multi-index hashing
/// (Norouzi, Punjani, Fleet, "Fast search in Hamming space with multi-index hashing", CVPR 2012).
///
/// A hash is cut into five parts. Two hashes that differ in ten bits at most differ in two bits at
/// most of the first part or in one at most of some other: else there were 3 + 4 * 2 = 11. So each
/// hash looks into 92 + 4 * 14 buckets, the widest of which hold a share of 2^-12 of all hashes if
/// they are spread evenly: about n^2 / 200 comparisons instead of n^2 / 2, and n log n as far as a
/// user has images. Memory: 90 bytes a hash. Reading is thread-safe.
class HashSearch {
 public:
  static constexpr int kRadius = 10;
  static constexpr int kBits = 63;

  explicit HashSearch(const std::vector<std::uint64_t>& hashes);

  /// Calls `visit(j)` once for each j < i whose hash is within kRadius bits of that of i, in no
  /// particular but always the same order, until it returns false.
  template <typename Visit>
  void each_earlier(std::size_t i, Visit visit) const;

 private:
  struct Slot {
    std::uint64_t hash;
    std::uint32_t index;
  };
  struct Part {
    int shift, bits, radius;
    std::uint64_t of(std::uint64_t hash) const {
      return hash >> shift & ((std::uint64_t{1} << bits) - 1);
    }
  };
  static constexpr std::array<Part, 5> kParts = {
      {{0, 13, 2}, {13, 13, 1}, {26, 13, 1}, {39, 12, 1}, {51, 12, 1}}};

  template <typename Visit>
  bool look(std::size_t i, std::uint64_t hash, std::size_t part, std::uint64_t bucket,
            Visit& visit) const;

  std::vector<std::uint64_t> hashes_;
  std::array<std::vector<std::uint32_t>, 5> begins_;  ///< of each bucket; one more entry
  std::array<std::vector<Slot>, 5> slots_;            ///< by bucket, then by index
};

template <typename Visit>
bool HashSearch::look(std::size_t i, std::uint64_t hash, std::size_t part, std::uint64_t bucket,
                      Visit& visit) const {
  const Slot* slot = slots_[part].data() + begins_[part][bucket];
  const Slot* end = slots_[part].data() + begins_[part][bucket + 1];
  for (; slot != end && slot->index < i; ++slot) {
    const std::uint64_t differing = hash ^ slot->hash;
    if (std::popcount(differing) > kRadius) continue;
    // An earlier part has found this pair already if it is near there.
    bool told = false;
    for (std::size_t p = 0; p < part && !told; ++p)
      told = std::popcount(kParts[p].of(differing)) <= kParts[p].radius;
    if (!told && !visit(static_cast<std::size_t>(slot->index))) return false;
  }
  return true;
}

template <typename Visit>
void HashSearch::each_earlier(std::size_t i, Visit visit) const {
  const std::uint64_t hash = hashes_[i];
  for (std::size_t p = 0; p < kParts.size(); ++p) {
    const std::uint64_t here = kParts[p].of(hash);
    if (!look(i, hash, p, here, visit)) return;
    for (int a = 0; a < kParts[p].bits; ++a) {
      const std::uint64_t one = here ^ (std::uint64_t{1} << a);
      if (!look(i, hash, p, one, visit)) return;
      for (int b = kParts[p].radius < 2 ? a : 0; b < a; ++b) {
        if (!look(i, hash, p, one ^ (std::uint64_t{1} << b), visit)) return;
      }
    }
  }
}

}  // namespace signpost
