#include "image/plane.h"

#include <algorithm>
#include <cmath>

namespace signpost {
namespace {

/// The source values that make up each output value, and their weights, which sum to one.
struct Taps {
  std::vector<int> first;
  std::vector<int> offset = {0};  ///< into weight; one more entry than outputs
  std::vector<float> weight;
};

Taps make_taps(double from, double to, int outputs, int length) {
  Taps taps;
  const double step = (to - from) / outputs;
  for (int i = 0; i < outputs; ++i) {
    const double begin = from + step * i, end = begin + step;
    if (step >= 1) {
      const int low = std::clamp(static_cast<int>(std::floor(begin)), 0, length - 1);
      const int high = std::clamp(static_cast<int>(std::ceil(end)) - 1, low, length - 1);
      double total = 0;
      const auto covered = [&](int j) {
        return std::max(0.0, std::min(end, j + 1.0) - std::max(begin, static_cast<double>(j)));
      };
      for (int j = low; j <= high; ++j) total += covered(j);
      taps.first.push_back(low);
      for (int j = low; j <= high; ++j)
        taps.weight.push_back(total > 0 ? static_cast<float>(covered(j) / total) : 1.0f);
    } else {
      const double centre = std::clamp((begin + end) / 2 - 0.5, 0.0, length - 1.0);
      const int low = std::min(static_cast<int>(centre), std::max(0, length - 2));
      const auto share = static_cast<float>(centre - low);
      taps.first.push_back(low);
      taps.weight.push_back(1 - share);
      if (length > 1) taps.weight.push_back(share);
    }
    taps.offset.push_back(static_cast<int>(taps.weight.size()));
  }
  return taps;
}

}  // namespace

Moments moments(const Plane& plane) {
  if (plane.values.empty()) return {};
  double sum = 0, squares = 0;
  for (const float value : plane.values) sum += value;
  const auto count = static_cast<double>(plane.values.size());
  const double mean = sum / count;
  for (const float value : plane.values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / count)};
}

Plane grey(const Image& image, const Box& box) {
  Plane plane(box.width(), box.height());
  for (int y = 0; y < plane.height; ++y) {
    const std::uint8_t* from = image.rgb.data() +
                               static_cast<std::size_t>(box.y1 + y) * image.row_bytes() +
                               static_cast<std::size_t>(box.x1) * 3;
    float* to = plane.row(y);
    for (int x = 0; x < plane.width; ++x) {
      const int sum = 299 * from[3 * x] + 587 * from[3 * x + 1] + 114 * from[3 * x + 2];
      to[x] = static_cast<float>(sum) / 1000.0f;
    }
  }
  return plane;
}

Plane resize(const Plane& plane, const PlaneWindow& window, int width, int height) {
  const Taps across = make_taps(window.x1, window.x2, width, plane.width);
  const Taps down = make_taps(window.y1, window.y2, height, plane.height);
  Plane out(width, height);
  std::vector<float> row(static_cast<std::size_t>(plane.width));
  for (int y = 0; y < height; ++y) {
    const auto at = static_cast<std::size_t>(y);
    std::fill(row.begin(), row.end(), 0.0f);
    for (int t = down.offset[at]; t < down.offset[at + 1]; ++t) {
      const float* from = plane.row(down.first[at] + t - down.offset[at]);
      const float weight = down.weight[static_cast<std::size_t>(t)];
      for (std::size_t x = 0; x < row.size(); ++x) row[x] += weight * from[x];
    }
    float* to = out.row(y);
    for (int x = 0; x < width; ++x) {
      const auto i = static_cast<std::size_t>(x);
      const float* from = row.data() + across.first[i];
      float sum = 0;
      for (int t = across.offset[i]; t < across.offset[i + 1]; ++t)
        sum += across.weight[static_cast<std::size_t>(t)] * from[t - across.offset[i]];
      to[x] = sum;
    }
  }
  return out;
}

}  // namespace signpost
