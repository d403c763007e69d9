#include "curate/disturbance.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "codecs/jpeg_loss.h"
#include "image/filters.h"
#include "image/turn.h"

namespace signpost {
namespace {

using Kind = Disturbance::Kind;

constexpr int kLongest = 1 << 13;  // of what `resample` takes

/// The nearest whole number to a / 2000; halves go up.
int rounded(std::int64_t a) {
  const std::int64_t up = a + 1000;
  return static_cast<int>(up / 2000 - (up % 2000 < 0 ? 1 : 0));
}

struct Ends {
  int low, high;
};

/// [low, high) scaled about its middle.
Ends scaled(int low, int high, int thousandths) {
  const std::int64_t middle = std::int64_t{1000} * (low + high);
  const std::int64_t extent = std::int64_t{thousandths} * (high - low);
  Ends ends{rounded(middle - extent), rounded(middle + extent)};
  if (ends.high - ends.low > kLongest) {
    ends.low += (ends.high - ends.low - kLongest) / 2;
    ends.high = ends.low + kLongest;
  }
  ends.high = std::max(ends.high, ends.low + 1);
  return ends;
}

Box shifted(const Box& box, int thousandths, std::size_t index) {
  struct Direction {
    int x, y;
  };
  constexpr std::array<Direction, 4> kDirections = {{{-1, 0}, {1, 0}, {0, -1}, {0, 1}}};
  const int dx = kDirections[index].x * rounded(std::int64_t{2} * thousandths * box.width());
  const int dy = kDirections[index].y * rounded(std::int64_t{2} * thousandths * box.height());
  return {box.x1 + dx, box.y1 + dy, box.x2 + dx, box.y2 + dy};
}

void reframe(const Box& box, const CropSource& source, std::span<std::uint8_t> out) {
  if (source.transform == Transform::identity) {
    resample(source.photograph, box, source.size, 0, out);
    return;
  }
  thread_local std::vector<std::uint8_t> upright;
  upright.resize(out.size());
  resample(source.photograph, box, source.size, 0, upright);
  turn_square(source.transform, upright.data(), source.size, out.data());
}

void spoil(const Disturbance& disturbance, int size, std::span<std::uint8_t> rgb) {
  thread_local PatchFilters filters;
  switch (disturbance.kind) {
    case Kind::blur:
      filters.blur(rgb, size, static_cast<double>(disturbance.amount) * size / 48);
      break;
    case Kind::dim:
      for (std::uint8_t& value : rgb)
        value = static_cast<std::uint8_t>((value * disturbance.amount + 500) / 1000);
      break;
    case Kind::coarsen:
      filters.coarsen(rgb, size, disturbance.amount);
      break;
    case Kind::jpeg:
      lose_by_jpeg(rgb, size, size, disturbance.amount);
      break;
    case Kind::scale:
    case Kind::shift:
      break;
  }
}

}  // namespace

std::vector<Disturbance> disturbances(int size) {
  std::vector<Disturbance> all;
  for (const int percent : {10, 15, 20}) {
    all.push_back({Kind::scale, 1000 - 10 * percent, fmt::format("shrunk_{}", percent),
                   fmt::format("box shrunk by {} %", percent)});
  }
  for (const int percent : {15, 30, 50}) {
    all.push_back({Kind::scale, 1000 + 10 * percent, fmt::format("grown_{}", percent),
                   fmt::format("box grown by {} %", percent)});
  }
  for (const int percent : {5, 10, 15}) {
    all.push_back({Kind::shift, 10 * percent, fmt::format("shifted_{}", percent),
                   fmt::format("box shifted by {} %", percent)});
  }
  for (const int sigma : {1, 2}) {
    all.push_back({Kind::blur, sigma, fmt::format("blurred_{}", sigma),
                   fmt::format("blurred, sigma {}/48", sigma)});
  }
  for (const int percent : {50, 25}) {
    all.push_back({Kind::dim, 10 * percent, fmt::format("dimmed_{}", percent),
                   fmt::format("dimmed to {} %", percent)});
  }
  for (const int px : {24, 16, 12}) {
    if (px < size)
      all.push_back({Kind::coarsen, px, fmt::format("coarse_{}", px),
                     fmt::format("only {} x {} px", px, px)});
  }
  all.push_back({Kind::jpeg, 20, "jpeg_20", "JPEG of quality 20"});
  return all;
}

Box disturbed_box(const Disturbance& disturbance, const Box& box, std::size_t index) {
  if (disturbance.kind == Kind::shift) return shifted(box, disturbance.amount, index);
  const Ends x = scaled(box.x1, box.x2, disturbance.amount),
             y = scaled(box.y1, box.y2, disturbance.amount);
  return {x.low, y.low, x.high, y.high};
}

std::size_t disturb(const Disturbance& disturbance, const CropSource& source,
                    std::vector<std::uint8_t>& out) {
  std::size_t outside = 0;
  for (std::size_t i = 0; i < disturbance.images(); ++i) {
    out.insert(out.end(), source.plain.begin(), source.plain.end());
    const std::span<std::uint8_t> crop = std::span(out).last(source.plain.size());
    if (!disturbance.of_framing()) {
      spoil(disturbance, source.size, crop);
      continue;
    }
    const Box box = disturbed_box(disturbance, source.box, i);
    const Image& image = source.photograph;
    outside += box.x1 < 0 || box.y1 < 0 || box.x2 > image.width || box.y2 > image.height;
    reframe(box, source, crop);
  }
  return outside;
}

}  // namespace signpost
