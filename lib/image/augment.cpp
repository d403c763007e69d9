#include "image/augment.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace signpost {
namespace {

double draw(Random& random, const Recipe::Range& range) {
  return random.uniform(range.low, range.high);
}

double draw_factor(Random& random, const Recipe::Range& range) {
  return range.low == range.high
             ? range.low
             : std::exp(random.uniform(std::log(range.low), std::log(range.high)));
}

/// Output pixel centres -> patch pixel centres, as a 3x3 projective matrix in row order.
std::array<double, 9> draw_warp(const Recipe& recipe, int size, int pad, Random& random) {
  const double turn = draw(random, recipe.rotate_degrees) * std::numbers::pi / 180;
  const double scale = 1 / draw_factor(random, recipe.scale);
  const double stretch = std::sqrt(draw_factor(random, recipe.stretch));
  const double shear = draw(random, recipe.shear);
  const double shift_x = draw(random, recipe.shift) * size,
               shift_y = draw(random, recipe.shift) * size;
  const double tilt_x = draw(random, recipe.perspective) / size,
               tilt_y = draw(random, recipe.perspective) / size;
  const double c = std::cos(turn), s = std::sin(turn);
  const double a = scale * stretch * (c + shear * s), b = scale * stretch * (shear * c - s);
  const double d = scale / stretch * s, e = scale / stretch * c;
  // Centred output (u, v) = (x, y) - (size - 1) / 2; patch = (A (u, v) + shift) / (1 + tilt . (u,
  // v)) + centre.
  const double half = (size - 1) / 2.0, centre = half + pad;
  const double w0 = 1 - tilt_x * half - tilt_y * half;
  return {a + centre * tilt_x,
          b + centre * tilt_y,
          shift_x - a * half - b * half + centre * w0,
          d + centre * tilt_x,
          e + centre * tilt_y,
          shift_y - d * half - e * half + centre * w0,
          tilt_x,
          tilt_y,
          w0};
}

/// Bilinear sampling in 8-bit fractions; coordinates outside the patch repeat its border.
void warp(const std::uint8_t* patch, int side, const std::array<double, 9>& m, int size,
          std::uint8_t* out) {
  const auto row_bytes = static_cast<std::ptrdiff_t>(side) * 3;
  const double limit = side - 1;
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const double w = 1 / (m[6] * x + m[7] * y + m[8]);
      const double sx = std::clamp((m[0] * x + m[1] * y + m[2]) * w, 0.0, limit);
      const double sy = std::clamp((m[3] * x + m[4] * y + m[5]) * w, 0.0, limit);
      const int fx = static_cast<int>(sx * 256 + 0.5), fy = static_cast<int>(sy * 256 + 0.5);
      const int x0 = fx >> 8, y0 = fy >> 8, dx = fx & 255, dy = fy & 255;
      const std::uint8_t* top = patch + y0 * row_bytes + std::ptrdiff_t{x0} * 3;
      const std::uint8_t* bottom = top + (dy ? row_bytes : 0);
      const int right = dx ? 3 : 0;
      const int w11 = dx * dy, w01 = (dx << 8) - w11, w10 = (dy << 8) - w11,
                w00 = 65536 - (dx << 8) - (dy << 8) + w11;
      for (int c = 0; c < 3; ++c) {
        *out++ = static_cast<std::uint8_t>((w00 * top[c] + w01 * top[c + right] + w10 * bottom[c] +
                                            w11 * bottom[c + right] + 32768) >>
                                           16);
      }
    }
  }
}

/// Gain, contrast, brightness and gamma as one table a channel.
void relight(const Recipe& recipe, Random& random, std::span<std::uint8_t> pixels) {
  const double gain = draw_factor(random, recipe.gain),
               contrast = draw_factor(random, recipe.contrast);
  const double brightness = draw(random, recipe.brightness),
               gamma = draw_factor(random, recipe.gamma);
  std::uint32_t sum = 0;
  for (const std::uint8_t value : pixels) sum += value;
  const double mean = gain * sum / static_cast<double>(pixels.size());
  std::array<double, 256> curve;
  for (int i = 0; i < 256; ++i) {
    const double lit = std::clamp(mean + contrast * (gain * i - mean) + brightness, 0.0, 255.0);
    curve[static_cast<std::size_t>(i)] = gamma == 1 ? lit : 255 * std::pow(lit / 255, gamma);
  }
  std::array<std::array<std::uint8_t, 256>, 3> tables;
  for (auto& table : tables) {
    const double cast = draw_factor(random, recipe.colour_cast);
    for (std::size_t i = 0; i < 256; ++i) {
      table[i] = static_cast<std::uint8_t>(std::min(curve[i] * cast, 255.0) + 0.5);
    }
  }
  for (std::size_t i = 0; i < pixels.size(); i += 3) {
    for (std::size_t c = 0; c < 3; ++c) pixels[i + c] = tables[c][pixels[i + c]];
  }
}

void blur_along(cv::Mat& image, double length, double angle) {
  const int reach = static_cast<int>(std::ceil(length / 2)), side = 2 * reach + 1;
  cv::Mat kernel = cv::Mat::zeros(side, side, CV_32F);
  constexpr int kSteps = 32;
  for (int i = 0; i < kSteps; ++i) {
    const double t = ((i + 0.5) / kSteps - 0.5) * length;
    const int x = reach + static_cast<int>(std::lround(t * std::cos(angle)));
    const int y = reach + static_cast<int>(std::lround(t * std::sin(angle)));
    kernel.at<float>(y, x) += 1.0f / kSteps;
  }
  cv::filter2D(image, image, -1, kernel, {-1, -1}, 0, cv::BORDER_REPLICATE);
}

void cover(const Recipe& recipe, int size, Random& random, std::uint8_t* pixels) {
  const int width = std::max(1, static_cast<int>(draw(random, recipe.occlusion) * size));
  const int height = std::max(1, static_cast<int>(draw(random, recipe.occlusion) * size));
  const auto place = [&](int extent) {
    return static_cast<int>(
        random.below(static_cast<std::uint32_t>(std::max(1, size - extent + 1))));
  };
  const int left = place(width), top = place(height);
  std::array<std::uint8_t, 3> colour;
  for (std::uint8_t& value : colour) value = static_cast<std::uint8_t>(random.below(256));
  for (int y = top; y < std::min(size, top + height); ++y) {
    for (int x = left; x < std::min(size, left + width); ++x) {
      std::copy(colour.begin(), colour.end(),
                pixels + (static_cast<std::ptrdiff_t>(y) * size + x) * 3);
    }
  }
}

/// Four uniform bytes make a bell: near enough to a normal for a sensor, and four times cheaper.
void add_noise(double sigma, Random& random, std::span<std::uint8_t> pixels) {
  const double factor = sigma / 147.8;  // the standard deviation of a sum of four uniform bytes
  for (std::uint8_t& value : pixels) {
    const std::uint32_t bits = random.bits();
    const auto sum =
        static_cast<int>((bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24));
    value =
        static_cast<std::uint8_t>(std::clamp(std::lround(value + (sum - 510) * factor), 0L, 255L));
  }
}

}  // namespace

void augment_patch(const Recipe& recipe, std::span<const std::uint8_t> patch, int size, int pad,
                   Random& random, std::span<std::uint8_t> out) {
  warp(patch.data(), size + 2 * pad, draw_warp(recipe, size, pad, random), size, out.data());
  if (random.chance(recipe.occlusion_chance)) cover(recipe, size, random, out.data());
  cv::Mat image(size, size, CV_8UC3, out.data());
  if (random.chance(recipe.low_resolution_chance)) {
    const int small = std::max(
        4, static_cast<int>(std::lround(size / draw_factor(random, recipe.low_resolution))));
    cv::Mat shrunk;
    cv::resize(image, shrunk, {small, small}, 0, 0, cv::INTER_AREA);
    cv::resize(shrunk, image, {size, size}, 0, 0, cv::INTER_LINEAR);
  }
  if (random.chance(recipe.blur_chance)) {
    const double sigma = draw(random, recipe.blur_sigma_px) * size / 48;
    cv::GaussianBlur(image, image, {0, 0}, sigma, sigma, cv::BORDER_REPLICATE);
  }
  if (random.chance(recipe.motion_chance)) {
    const double length = draw(random, recipe.motion_px) * size / 48;
    blur_along(image, length, random.uniform(0, std::numbers::pi));
  }
  relight(recipe, random, out);
  if (random.chance(recipe.noise_chance)) add_noise(draw(random, recipe.noise_sigma), random, out);
}

}  // namespace signpost
