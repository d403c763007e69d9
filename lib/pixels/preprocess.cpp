#include "pixels/preprocess.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

// The two inner loops are the time of the whole contract; GCC compiles them once more for wider
// vectors and chooses at load. Integer arithmetic gives the same result in both.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define SIGNPOST_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define SIGNPOST_CLONES
#endif

namespace signpost {
namespace {

constexpr int kWeightBits = 14, kFractionBits = 6;

/// For each output position the first source position and the weights of the run that starts there.
struct Taps {
  std::vector<int> first;
  std::vector<int> offset;  ///< into weight; one more entry than outputs
  std::vector<std::int16_t> weight;
};

/// Source positions are relative to the box; outputs go from -pad to size + pad. Distances are
/// counted in units of 1 / (2 size) source pixels, which makes them whole numbers.
void make_taps(int length, int size, int pad, Taps& taps) {
  taps.first.clear();
  taps.offset.assign(1, 0);
  taps.weight.clear();
  const std::int64_t radius = 2 * std::int64_t{std::max(length, size)};
  for (int i = -pad; i < size + pad; ++i) {
    const std::int64_t centre = std::int64_t{2 * i + 1} * length;
    // Pixel j has its centre at (2j + 1) size; keep those strictly nearer than the radius.
    const auto floor_div = [](std::int64_t a, std::int64_t b) {
      return a / b - (a % b < 0 ? 1 : 0);
    };
    const std::int64_t low = floor_div(centre - radius - size, 2 * std::int64_t{size}) + 1;
    const std::int64_t high = floor_div(centre + radius - size - 1, 2 * std::int64_t{size});
    std::int64_t total = 0;
    for (std::int64_t j = low; j <= high; ++j)
      total += radius - std::abs(centre - (2 * j + 1) * size);
    int sum = 0;
    const std::size_t start = taps.weight.size();
    std::size_t heaviest = start;
    for (std::int64_t j = low; j <= high; ++j) {
      const std::int64_t distance = radius - std::abs(centre - (2 * j + 1) * size);
      const auto weight =
          static_cast<std::int16_t>(((distance << (kWeightBits + 1)) + total) / (2 * total));
      taps.weight.push_back(weight);
      sum += weight;
      if (weight > taps.weight[heaviest]) heaviest = taps.weight.size() - 1;
    }
    taps.weight[heaviest] =
        static_cast<std::int16_t>(taps.weight[heaviest] + (1 << kWeightBits) - sum);
    taps.first.push_back(static_cast<int>(low));
    taps.offset.push_back(static_cast<int>(taps.weight.size()));
  }
}

/// sums[k] += weight * row[k]
SIGNPOST_CLONES void add_row(std::int32_t* __restrict sums, const std::uint8_t* __restrict row,
                             std::int32_t weight, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) sums[k] += weight * row[k];
}

SIGNPOST_CLONES void add_row16(std::int32_t* __restrict sums, const std::uint16_t* __restrict row,
                               std::int32_t weight, std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) sums[k] += weight * row[k];
}

SIGNPOST_CLONES void narrow16(const std::int32_t* __restrict sums, std::uint16_t* __restrict out,
                              std::size_t count) {
  constexpr int kShift = kWeightBits - kFractionBits;
  for (std::size_t k = 0; k < count; ++k) {
    out[k] = static_cast<std::uint16_t>((sums[k] + (1 << (kShift - 1))) >> kShift);
  }
}

SIGNPOST_CLONES void narrow8(const std::int32_t* __restrict sums, std::uint8_t* __restrict out,
                             std::size_t count) {
  constexpr int kShift = kWeightBits + kFractionBits;
  for (std::size_t k = 0; k < count; ++k) {
    out[k] = static_cast<std::uint8_t>(std::min((sums[k] + (1 << (kShift - 1))) >> kShift, 255));
  }
}

/// Swaps rows and columns of RGB pixels.
template <typename Channel>
void transpose(const Channel* in, int rows, int columns, Channel* out) {
  for (int y = 0; y < rows; ++y) {
    for (int x = 0; x < columns; ++x) {
      const Channel* from = in + (static_cast<std::ptrdiff_t>(y) * columns + x) * 3;
      Channel* to = out + (static_cast<std::ptrdiff_t>(x) * rows + y) * 3;
      to[0] = from[0];
      to[1] = from[1];
      to[2] = from[2];
    }
  }
}

struct Scratch {
  Taps taps_x, taps_y;
  std::vector<std::int32_t> sums;
  std::vector<std::uint16_t> rows, columns;
  std::vector<std::uint8_t> turned;
};

}  // namespace

Box crop_box(const Box& roi, int margin_permille, int width, int height) {
  const int dx = (roi.width() * margin_permille + 500) / 1000;
  const int dy = (roi.height() * margin_permille + 500) / 1000;
  return {std::max(0, roi.x1 - dx), std::max(0, roi.y1 - dy), std::min(width, roi.x2 + dx),
          std::min(height, roi.y2 + dy)};
}

void resample(const Image& image, const Box& box, int size, int pad, std::span<std::uint8_t> out) {
  thread_local Scratch s;
  make_taps(box.width(), size, pad, s.taps_x);
  make_taps(box.height(), size, pad, s.taps_y);
  const int side = size + 2 * pad;

  // The source columns that any tap reads. Those outside the image repeat its border, so only real
  // columns are filtered vertically, and taps are clamped when the columns are combined.
  const int left = std::clamp(box.x1 + s.taps_x.first.front(), 0, image.width - 1);
  const int last_count = s.taps_x.offset[static_cast<std::size_t>(side)] -
                         s.taps_x.offset[static_cast<std::size_t>(side) - 1];
  const int right = std::clamp(box.x1 + s.taps_x.first.back() + last_count - 1, 0, image.width - 1);
  const int columns = right - left + 1;
  const auto row_length = static_cast<std::size_t>(columns) * 3;
  const auto column_length = static_cast<std::size_t>(side) * 3;

  s.sums.resize(std::max(row_length, column_length));
  s.rows.resize(row_length * static_cast<std::size_t>(side));
  for (int i = 0; i < side; ++i) {
    const auto at = static_cast<std::size_t>(i);
    std::fill_n(s.sums.begin(), row_length, 0);
    for (int t = s.taps_y.offset[at]; t < s.taps_y.offset[at + 1]; ++t) {
      const int y =
          std::clamp(box.y1 + s.taps_y.first[at] + t - s.taps_y.offset[at], 0, image.height - 1);
      const std::uint8_t* row =
          image.rgb.data() + static_cast<std::size_t>(y) * image.row_bytes() + 3 * left;
      add_row(s.sums.data(), row, s.taps_y.weight[static_cast<std::size_t>(t)], row_length);
    }
    narrow16(s.sums.data(), s.rows.data() + at * row_length, row_length);
  }

  // Turned by a transposition, the horizontal pass has the same shape as the vertical one: whole
  // rows times a weight.
  s.columns.resize(s.rows.size());
  transpose(s.rows.data(), side, columns, s.columns.data());
  s.turned.resize(column_length * static_cast<std::size_t>(side));
  for (int i = 0; i < side; ++i) {
    const auto at = static_cast<std::size_t>(i);
    std::fill_n(s.sums.begin(), column_length, 0);
    for (int t = s.taps_x.offset[at]; t < s.taps_x.offset[at + 1]; ++t) {
      const int x =
          std::clamp(box.x1 + s.taps_x.first[at] + t - s.taps_x.offset[at], left, right) - left;
      add_row16(s.sums.data(), s.columns.data() + static_cast<std::size_t>(x) * column_length,
                s.taps_x.weight[static_cast<std::size_t>(t)], column_length);
    }
    narrow8(s.sums.data(), s.turned.data() + at * column_length, column_length);
  }
  transpose(s.turned.data(), side, side, out.data());
}

void preprocess(const Image& image, const Box& roi, const Preprocessing& contract,
                std::span<std::uint8_t> out) {
  resample(image, crop_box(roi, contract.margin_permille, image.width, image.height), contract.size,
           0, out);
}

}  // namespace signpost
