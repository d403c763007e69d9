#include "curate/pixel_stats.h"

#include <algorithm>
#include <cmath>

namespace signpost {

PixelFigures pixel_figures(const Image& image, const Box& box) {
  std::array<std::array<std::uint32_t, 256>, 3> counts{};
  std::uint64_t lumas = 0, luma_squares = 0;  // in thousandths
  for (int y = box.y1; y < box.y2; ++y) {
    const std::uint8_t* pixel = image.rgb.data() + static_cast<std::size_t>(y) * image.row_bytes() +
                                static_cast<std::size_t>(box.x1) * 3;
    for (int x = box.x1; x < box.x2; ++x, pixel += 3) {
      const std::uint32_t luma = 299u * pixel[0] + 587u * pixel[1] + 114u * pixel[2];
      lumas += luma;
      luma_squares += std::uint64_t{luma} * luma;
      for (std::size_t c = 0; c < 3; ++c) ++counts[c][pixel[c]];
    }
  }
  const double pixels = static_cast<double>(box.width()) * box.height();
  PixelFigures figures;
  for (std::size_t c = 0; c < 3; ++c) {
    std::uint64_t sum = 0, squares = 0;
    for (std::size_t level = 0; level < 256; ++level) {
      sum += level * counts[c][level];
      squares += level * level * counts[c][level];
    }
    figures.mean[c] = static_cast<double>(sum) / pixels;
    figures.square[c] = static_cast<double>(squares) / pixels;
    for (std::size_t range = 0; range < kLevelRanges; ++range) {
      const auto first = counts[c].begin() + static_cast<std::ptrdiff_t>(range * 4);
      const std::uint32_t count = first[0] + first[1] + first[2] + first[3];
      figures.shares[c][range] = static_cast<float>(count / pixels);
    }
  }
  figures.brightness = static_cast<double>(lumas) / 1e3 / pixels;
  const double variance =
      static_cast<double>(luma_squares) / 1e6 / pixels - figures.brightness * figures.brightness;
  figures.contrast = std::sqrt(std::max(0.0, variance));
  return figures;
}

void PixelStats::add(const Sample& sample, const PixelFigures& figures) {
  const auto side = static_cast<std::size_t>(side_of(sample.split).value_or(Side::none));
  for (Levels* levels : {&all_, &sides_[side]}) {
    ++levels->count;
    for (std::size_t c = 0; c < 3; ++c) {
      levels->sum[c] += figures.mean[c];
      levels->sum_square[c] += figures.square[c];
    }
  }
  const int brightness = static_cast<int>(std::lround(figures.brightness));
  brightness_.add(brightness);
  side_brightness_[side].add(brightness);
  class_brightness_[sample.label].add(brightness);
  contrast_.add(static_cast<int>(std::lround(figures.contrast)));
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t range = 0; range < kLevelRanges; ++range)
      shares_[c][range] += static_cast<double>(figures.shares[c][range]);
  }
}

double PixelStats::Levels::mean(std::size_t channel) const {
  return sum[channel] / static_cast<double>(count);
}

double PixelStats::Levels::deviation(std::size_t channel) const {
  const double m = mean(channel);
  return std::sqrt(std::max(0.0, sum_square[channel] / static_cast<double>(count) - m * m));
}

std::array<std::array<double, kLevelRanges>, 3> PixelStats::shares() const {
  auto shares = shares_;
  for (auto& channel : shares) {
    for (double& share : channel) share /= static_cast<double>(all_.count);
  }
  return shares;
}

}  // namespace signpost
