#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace signpost {

/// Output pixel centres -> input pixel centres, as a 3x3 projective matrix in row order. The
/// denominator, its last row, must be positive on the whole output.
using Projection = std::array<double, 9>;

/// What `warp` needs to remember between calls; one a thread.
struct WarpScratch {
  std::vector<std::uint8_t> input, half, row;
  std::vector<std::int32_t> places;
  std::vector<std::uint32_t> weights;
};

/// Resamples the square `in` (side x side RGB pixels, HWC) to size x size. Bilinear with weights
/// of 8 bits; where the projection shrinks by more than 1.5 at the middle, `in` is halved first by
/// averages of four pixels, as often as needed. Coordinates outside repeat the border. Moving by
/// whole pixels alone is exact. The same bytes on every machine that has IEEE 754 floats.
void warp(const std::uint8_t* in, int side, Projection projection, int size, std::uint8_t* out,
          WarpScratch& scratch);

}  // namespace signpost
