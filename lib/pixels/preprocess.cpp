#include "pixels/preprocess.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "pixels/clones.h"

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
template <typename Channel>
[[gnu::always_inline]] inline void add_row(std::int32_t* __restrict sums,
                                           const Channel* __restrict row, std::int32_t weight,
                                           std::size_t count) {
  for (std::size_t k = 0; k < count; ++k) sums[k] += weight * row[k];
}

/// Rows times their weights, summed up; two rows, the usual case, in one go. `row(t)` is the row of
/// tap t. Rounded by `kShift` bits; `sums` holds `count` numbers to work with.
template <int kShift, typename Channel, typename Out, typename Row>
[[gnu::always_inline]] inline void mix_rows(const Row& row, const std::int16_t* weights, int taps,
                                            std::size_t count, std::int32_t* __restrict sums,
                                            Out* __restrict out) {
  constexpr std::int32_t kHalf = 1 << (kShift - 1);
  if (taps <= 2) {
    const Channel* __restrict first = row(0);
    const Channel* __restrict second = row(taps - 1);
    const std::int32_t a = weights[0], b = taps == 2 ? weights[1] : 0;
    for (std::size_t k = 0; k < count; ++k)
      out[k] = static_cast<Out>((a * first[k] + b * second[k] + kHalf) >> kShift);
    return;
  }
  for (std::size_t k = 0; k < count; ++k) sums[k] = kHalf;
  for (int t = 0; t < taps; ++t) add_row(sums, row(t), weights[t], count);
  for (std::size_t k = 0; k < count; ++k) out[k] = static_cast<Out>(sums[k] >> kShift);
}

/// Swaps rows and columns of RGB pixels. Four channels are copied for each pixel: the fourth is
/// overwritten by the pixel that follows, and only the last one has no follower.
template <typename Channel>
void transpose(const Channel* in, int rows, int columns, Channel* out) {
  const std::ptrdiff_t step = static_cast<std::ptrdiff_t>(columns) * 3;
  for (int x = 0; x < columns; ++x) {
    const Channel* from = in + std::ptrdiff_t{x} * 3;
    const int whole = x + 1 < columns ? rows : rows - 1;
    for (int y = 0; y < whole; ++y, from += step, out += 3)
      std::memcpy(out, from, 4 * sizeof(Channel));
    if (whole < rows) std::memcpy(out, from, 3 * sizeof(Channel));
  }
}

/// The vertical pass: `count` channels from column `left` on, to 6 fractional bits.
SIGNPOST_CLONES void filter_rows(const Image& image, const Box& box, int left, const Taps& taps,
                                 int side, std::size_t count, std::int32_t* sums,
                                 std::uint16_t* out) {
  for (int i = 0; i < side; ++i, out += count) {
    const auto at = static_cast<std::size_t>(i);
    const int start = taps.offset[at], first = box.y1 + taps.first[at];
    const auto row = [&](int t) {
      const int y = std::clamp(first + t, 0, image.height - 1);
      return image.rgb.data() + static_cast<std::size_t>(y) * image.row_bytes() +
             3 * static_cast<std::size_t>(left);
    };
    mix_rows<kWeightBits - kFractionBits, std::uint8_t>(
        row, &taps.weight[static_cast<std::size_t>(start)], taps.offset[at + 1] - start, count,
        sums, out);
  }
}

/// The horizontal pass on columns that lie as rows; the first of them is column `origin` of the
/// box. Weights sum up to one, so the result needs no clamp.
SIGNPOST_CLONES void filter_columns(const std::uint16_t* in, int origin, int columns,
                                    const Taps& taps, int side, std::int32_t* sums,
                                    std::uint8_t* out) {
  const auto count = static_cast<std::size_t>(side) * 3;
  for (int i = 0; i < side; ++i, out += count) {
    const auto at = static_cast<std::size_t>(i);
    const int start = taps.offset[at], first = taps.first[at] - origin;
    const auto row = [&](int t) {
      const int x = std::clamp(first + t, 0, columns - 1);
      return in + static_cast<std::size_t>(x) * count;
    };
    mix_rows<kWeightBits + kFractionBits, std::uint16_t>(
        row, &taps.weight[static_cast<std::size_t>(start)], taps.offset[at + 1] - start, count,
        sums, out);
  }
}

/// The taps of lengths that were seen before: signs differ in few sizes, and working taps out takes
/// as long as a pass over the pixels. Large outputs are worked out every time, to bound the memory.
class TapsCache {
 public:
  const Taps& find(int length, int size, int pad) {
    Entry& entry =
        size <= kLargest ? entries_[static_cast<std::size_t>(length) % kEntries] : large_;
    if (entry.length != length || entry.size != size || entry.pad != pad || size > kLargest) {
      make_taps(length, size, pad, entry.taps);
      entry.length = length;
      entry.size = size;
      entry.pad = pad;
    }
    return entry.taps;
  }

 private:
  static constexpr std::size_t kEntries = 128;
  static constexpr int kLargest = 256;
  struct Entry {
    int length = 0, size = 0, pad = 0;
    Taps taps;
  };
  std::array<Entry, kEntries> entries_;
  Entry large_;
};

struct Scratch {
  TapsCache taps_x, taps_y;
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
  const Taps& taps_x = s.taps_x.find(box.width(), size, pad);
  const Taps& taps_y = s.taps_y.find(box.height(), size, pad);
  const int side = size + 2 * pad;

  // The source columns that any tap reads. Those outside the image repeat its border, so only real
  // columns are filtered vertically, and taps are clamped when the columns are combined.
  const int left = std::clamp(box.x1 + taps_x.first.front(), 0, image.width - 1);
  const int last_count = taps_x.offset[static_cast<std::size_t>(side)] -
                         taps_x.offset[static_cast<std::size_t>(side) - 1];
  const int right = std::clamp(box.x1 + taps_x.first.back() + last_count - 1, 0, image.width - 1);
  const int columns = right - left + 1;
  const auto row_length = static_cast<std::size_t>(columns) * 3;
  const auto column_length = static_cast<std::size_t>(side) * 3;

  s.sums.resize(std::max(row_length, column_length));
  s.rows.resize(row_length * static_cast<std::size_t>(side));
  filter_rows(image, box, left, taps_y, side, row_length, s.sums.data(), s.rows.data());

  // Turned by a transposition, the horizontal pass has the same shape as the vertical one: whole
  // rows times a weight.
  s.columns.resize(s.rows.size());
  transpose(s.rows.data(), side, columns, s.columns.data());
  s.turned.resize(column_length * static_cast<std::size_t>(side));
  filter_columns(s.columns.data(), left - box.x1, columns, taps_x, side, s.sums.data(),
                 s.turned.data());
  transpose(s.turned.data(), side, side, out.data());
}

void preprocess(const Image& image, const Box& roi, const Preprocessing& contract,
                std::span<std::uint8_t> out) {
  resample(image, crop_box(roi, contract.margin_permille, image.width, image.height), contract.size,
           0, out);
}

}  // namespace signpost
