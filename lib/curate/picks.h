#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "sample/sample.h"

namespace signpost {

/// A fair draw of at most `most` samples from a stream of unknown length, at most one of each
/// group. It is a function of the seed and of what the stream holds, never of its order, and holds
/// no more than it draws.
class Picks {
 public:
  Picks(std::size_t most, std::uint64_t seed) : most_(most), seed_(seed) {}
  void add(const Sample& sample);
  /// In the order of the draw.
  std::vector<const Sample*> drawn() const;

 private:
  struct Pick {
    std::uint64_t lot;
    Sample sample;
  };
  std::size_t most_;
  std::uint64_t seed_;
  std::map<std::uint64_t, Pick> by_group_lot_;
};

/// The lot that `id` draws for `purpose`: the lowest lots of a stream are a fair draw from it.
std::uint64_t lot_of(std::uint64_t seed, std::string_view id, std::string_view purpose);

}  // namespace signpost
