#include "image/scene.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace signpost {
namespace {

cv::Vec3f pick(Random& random, std::initializer_list<cv::Vec3f> colours) {
  const cv::Vec3f base = colours.begin()[random.below(static_cast<std::uint32_t>(colours.size()))];
  const auto shade = static_cast<float>(random.uniform(0.85, 1.15));
  return base * shade;
}

cv::Scalar scalar(const cv::Vec3f& colour) { return {colour[0], colour[1], colour[2]}; }

/// Every pixel of `mask` (32FC1, 0 to 1) goes that far from what is there to between two colours.
void blend(cv::Mat& scene, const cv::Mat& mask, const cv::Mat& texture, const cv::Vec3f& dark,
           const cv::Vec3f& light) {
  for (int y = 0; y < scene.rows; ++y) {
    auto* out = scene.ptr<cv::Vec3f>(y);
    const auto* m = mask.ptr<float>(y);
    const auto* v = texture.ptr<float>(y);
    for (int x = 0; x < scene.cols; ++x) out[x] += m[x] * (dark + (light - dark) * v[x] - out[x]);
  }
}

cv::Mat sky(Random& random, int size) {
  const cv::Vec3f colour =
      pick(random, {{205, 210, 216}, {128, 165, 212}, {226, 228, 230}, {160, 172, 186}});
  cv::Mat scene(size, size, CV_32FC3);
  const cv::Mat clouds = smooth_noise(random, size, 3, 3);
  const auto strength = static_cast<float>(random.uniform(5, 50));
  const auto slope = static_cast<float>(random.uniform(0, 40));
  for (int y = 0; y < size; ++y) {
    const float height = slope * (static_cast<float>(y) / static_cast<float>(size) - 0.5f);
    for (int x = 0; x < size; ++x) {
      const float light = height + strength * (clouds.at<float>(y, x) - 0.5f);
      scene.at<cv::Vec3f>(y, x) = colour + cv::Vec3f(light, light, light);
    }
  }
  return scene;
}

void foliage(cv::Mat& scene, Random& random) {
  const int size = scene.rows;
  const cv::Vec3f dark = pick(random, {{22, 32, 16}, {38, 34, 22}, {16, 24, 20}});
  const cv::Vec3f light =
      pick(random, {{116, 140, 62}, {150, 120, 60}, {96, 120, 72}, {130, 110, 88}});
  const cv::Mat leaves = smooth_noise(random, size, 10, 5);
  cv::Mat cover = smooth_noise(random, size, 7, 4);
  // Where the cover is thin the sky shines through.
  const auto gaps = static_cast<float>(random.uniform(0.1, 0.5));
  cover.forEach<float>([gaps](float& v, const int*) { v = std::clamp((v - gaps) * 8, 0.f, 1.f); });
  blend(scene, cover, leaves, dark, light);
}

void branches(cv::Mat& scene, Random& random) {
  const int size = scene.rows;
  const cv::Scalar colour = scalar(pick(random, {{46, 40, 36}, {70, 62, 54}, {30, 30, 32}}));
  const std::uint32_t count = 12 + random.below(40);
  for (std::uint32_t i = 0; i < count; ++i) {
    double x = random.uniform(0, size), y = random.uniform(0, size);
    double angle = random.uniform(0, 2 * std::numbers::pi);
    const int width = std::max(1, static_cast<int>(size * random.uniform(0.002, 0.012)));
    for (int step = 0; step < 6; ++step) {
      const double length = size * random.uniform(0.03, 0.12);
      const cv::Point from(cvRound(x), cvRound(y));
      x += length * std::cos(angle);
      y += length * std::sin(angle);
      angle += random.uniform(-0.5, 0.5);
      cv::line(scene, from, {cvRound(x), cvRound(y)}, colour, width, cv::LINE_AA);
    }
  }
}

void house(cv::Mat& scene, Random& random) {
  const int size = scene.rows;
  const cv::Vec3f wall = pick(
      random, {{196, 184, 162}, {168, 92, 70}, {222, 218, 208}, {150, 150, 148}, {206, 178, 112}});
  const cv::Vec3f pane = pick(random, {{52, 60, 70}, {92, 108, 122}, {34, 34, 38}});
  const int roof = cvRound(size * random.uniform(-0.3, 0.5));
  cv::rectangle(scene, {0, roof}, {size, size}, scalar(wall), cv::FILLED);
  cv::line(scene, {0, roof}, {size, roof}, scalar(wall * 0.5f), 1 + size / 64);
  const int wide = cvRound(size * random.uniform(0.08, 0.2)),
            high = cvRound(size * random.uniform(0.1, 0.24));
  const int step_x = cvRound(wide * random.uniform(1.5, 2.4)),
            step_y = cvRound(high * random.uniform(1.4, 2));
  const int start_x = -static_cast<int>(random.below(static_cast<std::uint32_t>(step_x)));
  for (int y = roof + high / 2; y < size; y += step_y) {
    for (int x = start_x; x < size; x += step_x) {
      const cv::Rect window(x, y, wide, high);
      const auto shade = static_cast<float>(random.uniform(0.6, 1.5));
      cv::rectangle(scene, window, scalar(pane * shade), cv::FILLED);
      cv::rectangle(scene, window, scalar(wall * 1.2f), 1 + size / 100);
      cv::line(scene, {x + wide / 2, y}, {x + wide / 2, y + high}, scalar(wall * 1.2f),
               1 + size / 140);
    }
  }
}

void street(cv::Mat& scene, Random& random) {
  const int size = scene.rows;
  const int horizon = cvRound(size * random.uniform(0.3, 0.75));
  cv::Mat mask = cv::Mat::zeros(size, size, CV_32F);
  const cv::Mat line = smooth_noise(random, size, 5, 4);
  const double hills = size * random.uniform(0.05, 0.3);
  for (int x = 0; x < size; ++x) {
    const int top = std::clamp(
        horizon - static_cast<int>(hills * static_cast<double>(line.at<float>(0, x))), 0, size);
    for (int y = top; y < size; ++y) mask.at<float>(y, x) = 1;
  }
  const cv::Vec3f dark = pick(random, {{34, 42, 28}, {60, 58, 54}});
  const cv::Vec3f light = pick(random, {{108, 118, 84}, {128, 124, 118}});
  blend(scene, mask, smooth_noise(random, size, 12, 4), dark, light);
  const cv::Vec3f asphalt = pick(random, {{98, 98, 100}, {126, 122, 116}, {96, 108, 70}});
  mask = 0;
  mask.rowRange(std::min(horizon + size / 20, size), size) = 1;
  blend(scene, mask, smooth_noise(random, size, 20, 3), asphalt * 0.85f, asphalt * 1.15f);
}

}  // namespace

cv::Mat smooth_noise(Random& random, int size, int cells, int octaves) {
  cv::Mat sum = cv::Mat::zeros(size, size, CV_32F), layer;
  float strength = 1, total = 0;
  for (int octave = 0; octave < octaves; ++octave, cells *= 2, strength /= 2) {
    cv::Mat grid(cells + 1, cells + 1, CV_32F);
    for (int i = 0; i < grid.rows * grid.cols; ++i)
      grid.ptr<float>()[i] = static_cast<float>(random.uniform());
    cv::resize(grid, layer, cv::Size(size, size), 0, 0, cv::INTER_CUBIC);
    sum += layer * strength;
    total += strength;
  }
  sum /= total;
  return cv::max(0, cv::min(1, sum));
}

cv::Mat draw_scene(Random& random, int size) {
  cv::Mat scene = sky(random, size);
  const double kind = random.uniform();
  if (kind < 0.35) {
    foliage(scene, random);
  } else if (kind < 0.55) {
    branches(scene, random);
  } else if (kind < 0.75) {
    house(scene, random);
    if (random.chance(0.3)) branches(scene, random);
  } else if (kind < 0.90) {
    street(scene, random);
    if (random.chance(0.4)) branches(scene, random);
  }
  const double blur = size / 256.0 * random.uniform(0.5, 2.8);
  cv::GaussianBlur(scene, scene, {}, blur);
  cv::Mat result;
  scene.convertTo(result, CV_8U);
  return result;
}

}  // namespace signpost
