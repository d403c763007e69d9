#include "image/weather.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "image/scene.h"

namespace signpost {
namespace {

void put_sticker(cv::Mat& sign, Random& random) {
  const auto share = [&](double low, double high) {
    return cvRound(sign.rows * random.uniform(low, high));
  };
  const cv::Point at{share(0.25, 0.75), share(0.25, 0.75)};
  const cv::Size axes{share(0.05, 0.06), share(0.03, 0.06)};
  std::array<double, 3> colour;
  for (double& channel : colour) channel = random.below(256);
  cv::Mat sticker = sign.clone(), alpha;
  cv::ellipse(sticker, at, axes, random.uniform(0, 180), 0, 360,
              cv::Scalar(colour[0], colour[1], colour[2], 255), cv::FILLED);
  cv::extractChannel(sign, alpha, 3);
  sticker.copyTo(sign, alpha == 255);
}

/// From 1 in the light to `shade` in the shadow, over a soft edge where `side` crosses 0.
double shadow(double side, double shade) {
  return shade + (1 - shade) * std::clamp(side + 0.5, 0.0, 1.0);
}

}  // namespace

Palette faded_palette(double age) {
  static constexpr Palette kOld = {Rgb{206, 200, 184}, Rgb{226, 120, 72}, Rgb{92, 136, 190},
                                   Rgb{232, 206, 120}, Rgb{84, 84, 90},   Rgb{160, 160, 160},
                                   Rgb{96, 170, 130}};
  const auto mix = [age](std::uint8_t a, std::uint8_t b) {
    return static_cast<std::uint8_t>(std::lround(a + (b - a) * age));
  };
  Palette palette = new_sign_palette();
  for (std::size_t i = 0; i < palette.size(); ++i) {
    palette[i] = {mix(palette[i].r, kOld[i].r), mix(palette[i].g, kOld[i].g),
                  mix(palette[i].b, kOld[i].b)};
  }
  return palette;
}

void weather(cv::Mat& sign, Random& random) {
  const int size = sign.rows;
  if (random.chance(0.05)) put_sticker(sign, random);
  const double dirt = random.chance(0.3) ? random.uniform(0.1, 0.4) : 0;
  const double gleam = random.uniform(-0.2, 0.2),
               gleam_angle = random.uniform(0, 2 * std::numbers::pi);
  const bool edge = random.chance(0.12), dappled = random.chance(0.04);
  const double edge_angle = random.uniform(0, 2 * std::numbers::pi),
               edge_shift = random.uniform(-0.3, 0.3), shade = random.uniform(0.55, 0.8);
  const cv::Mat grime = smooth_noise(random, size, 4, 4), leaves = smooth_noise(random, size, 6, 3);
  for (int y = 0; y < size; ++y) {
    auto* row = sign.ptr<cv::Vec4b>(y);
    for (int x = 0; x < size; ++x) {
      const double u = (x + 0.5) / size - 0.5, v = (y + 0.5) / size - 0.5;
      double light = 1 + gleam * (u * std::cos(gleam_angle) + v * std::sin(gleam_angle));
      light *= 1 - dirt * static_cast<double>(grime.at<float>(y, x)) * (0.7 + 0.6 * v);
      if (edge) {
        light *=
            shadow((u * std::cos(edge_angle) + v * std::sin(edge_angle) - edge_shift) * 20, shade);
      }
      if (dappled) light *= shadow((static_cast<double>(leaves.at<float>(y, x)) - 0.5) * 12, shade);
      // Premultiplied colours never exceed their alpha.
      for (int c = 0; c < 3; ++c) {
        row[x][c] = static_cast<std::uint8_t>(
            std::clamp(row[x][c] * light, 0.0, static_cast<double>(row[x][3])));
      }
    }
  }
}

}  // namespace signpost
