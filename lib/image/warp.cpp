#include "image/warp.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "pixels/clones.h"

namespace signpost {
namespace {

/// Three channels and one that nobody looks at: a pixel is then one word, two are one load.
constexpr std::size_t kBytes = 4;

using Bytes16 = std::uint8_t __attribute__((vector_size(16)));
using Longs2 = std::uint64_t __attribute__((vector_size(16)));
using Words8 = std::uint16_t __attribute__((vector_size(16)));

static_assert(std::endian::native == std::endian::little);

/// Two neighbouring pixels as words.
inline Words8 two_pixels(const std::uint8_t* at) {
  std::uint64_t both;
  std::memcpy(&both, at, sizeof both);
  const auto bytes = std::bit_cast<Bytes16>(Longs2{both, 0});
  const Bytes16 wide = __builtin_shufflevector(bytes, Bytes16{}, 0, 16, 1, 16, 2, 16, 3, 16, 4, 16,
                                               5, 16, 6, 16, 7, 16);
  return std::bit_cast<Words8>(wide);
}

/// For one output row: where each pixel's four neighbours begin, counted in pixels, and their
/// weights, upper pair and lower pair, whose sum is 256.
SIGNPOST_CLONES void place_row(const float* m, float y, int size, float limit, int stride,
                               std::int32_t* __restrict places, std::uint32_t* __restrict weights) {
  const float base_x = m[1] * y + m[2], base_y = m[4] * y + m[5], base_w = m[7] * y + m[8];
  for (int x = 0; x < size; ++x) {
    const float at = static_cast<float>(x);
    const float w = 1 / (m[6] * at + base_w);
    float sx = (m[0] * at + base_x) * w, sy = (m[3] * at + base_y) * w;
    sx = sx > 0 ? sx : 0;
    sy = sy > 0 ? sy : 0;
    sx = sx < limit ? sx : limit;
    sy = sy < limit ? sy : limit;
    const auto fx = static_cast<std::int32_t>(sx * 256 + 0.5f),
               fy = static_cast<std::int32_t>(sy * 256 + 0.5f);
    const std::int32_t dx = fx & 255, dy = fy & 255;
    const std::int32_t lower_right = (dx * dy + 128) >> 8;
    const std::int32_t upper_right = dx - lower_right, lower_left = dy - lower_right;
    const std::int32_t upper_left = 256 - dx - dy + lower_right;
    const auto k = static_cast<std::size_t>(x);
    places[k] = (fy >> 8) * stride + (fx >> 8);
    weights[2 * k] = static_cast<std::uint32_t>(upper_left | upper_right << 16);
    weights[2 * k + 1] = static_cast<std::uint32_t>(lower_left | lower_right << 16);
  }
}

/// `out` holds size x 3 bytes and one more.
SIGNPOST_CLONES void mix_row(const std::uint8_t* pixels, int stride, const std::int32_t* places,
                             const std::uint32_t* weights, int size, std::uint8_t* out) {
  for (int x = 0; x < size; ++x, out += 3) {
    const std::uint8_t* top = pixels + static_cast<std::ptrdiff_t>(places[x]) * 4;
    Words8 w;
    std::memcpy(&w, weights + std::ptrdiff_t{2} * x, sizeof w);
    const Words8 sum = two_pixels(top) * __builtin_shufflevector(w, w, 0, 0, 0, 0, 1, 1, 1, 1) +
                       two_pixels(top + static_cast<std::ptrdiff_t>(stride) * 4) *
                           __builtin_shufflevector(w, w, 2, 2, 2, 2, 3, 3, 3, 3);
    const Words8 both =
        (sum + __builtin_shufflevector(sum, sum, 4, 5, 6, 7, 0, 1, 2, 3) + 128) >> 8;
    const Bytes16 result = __builtin_shufflevector(std::bit_cast<Bytes16>(both), Bytes16{}, 0, 2, 4,
                                                   6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    std::memcpy(out, &result, kBytes);
  }
}

/// A row of RGB pixels into words of four bytes.
SIGNPOST_CLONES void spread_row(const std::uint8_t* in, std::size_t pixels, std::uint8_t* out) {
  std::size_t x = 0;
  for (; x + 6 <= pixels; x += 4) {
    Bytes16 bytes;
    std::memcpy(&bytes, in + x * 3, sizeof bytes);
    bytes =
        __builtin_shufflevector(bytes, bytes, 0, 1, 2, 2, 3, 4, 5, 5, 6, 7, 8, 8, 9, 10, 11, 11);
    std::memcpy(out + x * kBytes, &bytes, sizeof bytes);
  }
  for (; x < pixels; ++x) std::memcpy(out + x * kBytes, in + x * 3, 3);
}

/// The whole patch, with one more column and row, which have weight 0 wherever they are read.
void spread(const std::uint8_t* in, int side, std::vector<std::uint8_t>& out) {
  const auto pixels = static_cast<std::size_t>(side), stride = pixels + 1;
  out.resize((stride * stride + 2) * kBytes);
  for (std::size_t y = 0; y < pixels; ++y)
    spread_row(in + y * pixels * 3, pixels, out.data() + y * stride * kBytes);
}

/// Averages of two by two pixels; an odd last column or row is left out.
void halve(const std::uint8_t* in, int side, std::vector<std::uint8_t>& out) {
  const auto half = static_cast<std::size_t>(side / 2), row = static_cast<std::size_t>(side) * 3;
  out.resize(half * half * 3);
  for (std::size_t y = 0; y < half; ++y) {
    const std::uint8_t* top = in + 2 * y * row;
    for (std::size_t x = 0; x < half; ++x, top += 6) {
      for (std::size_t c = 0; c < 3; ++c) {
        out[(y * half + x) * 3 + c] = static_cast<std::uint8_t>(
            (top[c] + top[c + 3] + top[row + c] + top[row + c + 3] + 2) >> 2);
      }
    }
  }
}

/// How many input pixels an output pixel is wide at the middle of the output, squared.
double area_at_middle(const Projection& m, int size) {
  const double at = (size - 1) / 2.0, w = 1 / ((m[6] + m[7]) * at + m[8]);
  const double x = ((m[0] + m[1]) * at + m[2]) * w, y = ((m[3] + m[4]) * at + m[5]) * w;
  const double xx = (m[0] - x * m[6]) * w, xy = (m[1] - x * m[7]) * w;
  const double yx = (m[3] - y * m[6]) * w, yy = (m[4] - y * m[7]) * w;
  return std::abs(xx * yy - xy * yx);
}

}  // namespace

void warp(const std::uint8_t* in, int side, Projection m, int size, std::uint8_t* out,
          WarpScratch& s) {
  for (double area = area_at_middle(m, size); area > 2.25 && side > 3; area /= 4, side /= 2) {
    std::vector<std::uint8_t>& smaller = in == s.half.data() ? s.row : s.half;
    halve(in, side, smaller);
    if (&smaller == &s.row) s.row.swap(s.half);
    in = s.half.data();
    // Pixel i of the halved image lies between 2 i and 2 i + 1.
    for (std::size_t k = 0; k < 6; ++k) m[k] = m[k] / 2 - m[6 + k % 3] / 4;
  }
  spread(in, side, s.input);
  std::array<float, 9> matrix;
  for (std::size_t k = 0; k < 9; ++k) matrix[k] = static_cast<float>(m[k]);
  const auto length = static_cast<std::size_t>(size), row_bytes = length * 3;
  s.places.resize(length);
  s.weights.resize(2 * length + 2);
  s.row.resize(row_bytes + 1);
  for (std::size_t y = 0; y < length; ++y) {
    place_row(matrix.data(), static_cast<float>(y), size, static_cast<float>(side - 1), side + 1,
              s.places.data(), s.weights.data());
    mix_row(s.input.data(), side + 1, s.places.data(), s.weights.data(), size, s.row.data());
    std::memcpy(out + y * row_bytes, s.row.data(), row_bytes);
  }
}

}  // namespace signpost
