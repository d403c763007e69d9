#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace signpost {

/// Draws `size` of the records that are offered, each as likely as any other. What is drawn follows
/// from the seed and the ids alone: not from the order of the records, and a larger draw holds
/// every smaller one. Memory: 16 bytes for each record drawn.
class Draw {
 public:
  Draw(std::size_t size, std::uint64_t seed) : size_(size), seed_(seed) {}

  /// `line` tells records apart, as ids might not.
  void offer(std::string_view id, std::uint64_t line);

  /// The lines of those drawn, ascending. Ends the draw.
  std::vector<std::uint64_t> lines();

 private:
  std::size_t size_;
  std::uint64_t seed_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> heap_;  ///< rank and line, highest on top
};

}  // namespace signpost
