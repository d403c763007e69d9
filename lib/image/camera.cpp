#include "image/camera.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "image/sign_raster.h"

namespace signpost {
namespace {

constexpr double radians(double degrees) { return degrees * std::numbers::pi / 180; }

/// From the view's plane to pixels, so that the sign's box has its size and place.
AffineMap placed(const Extent& box, const Shot& shot) {
  const double scale = shot.size / std::max(box.width(), box.height());
  return {scale, 0, 0, scale, shot.left - box.left * scale, shot.top - box.top * scale};
}

Roi box_pixels(const Extent& box, const AffineMap& place, const Shot& shot) {
  const Point low = place({box.left, box.top}), high = place({box.right, box.bottom});
  return {std::max(0, static_cast<int>(std::floor(low.x + 0.25))),
          std::max(0, static_cast<int>(std::floor(low.y + 0.25))),
          std::min(shot.width, static_cast<int>(std::ceil(high.x - 0.25))),
          std::min(shot.height, static_cast<int>(std::ceil(high.y - 0.25)))};
}

/// A line of `length` pixels that sums to 1.
cv::Mat shake_kernel(double length, double angle) {
  constexpr int kSteps = 64;
  const int radius = static_cast<int>(std::ceil(length / 2));
  // One row and column more than the line needs: the last sample spreads to its right and below.
  cv::Mat kernel = cv::Mat::zeros(2 * radius + 3, 2 * radius + 3, CV_32F);
  for (int i = 0; i < kSteps; ++i) {
    const double at = ((i + 0.5) / kSteps - 0.5) * length;
    const double x = radius + 1 + at * std::cos(angle), y = radius + 1 + at * std::sin(angle);
    const int x0 = static_cast<int>(x), y0 = static_cast<int>(y);
    for (int dy = 0; dy <= 1; ++dy) {
      for (int dx = 0; dx <= 1; ++dx) {
        const double weight = (dx ? x - x0 : 1 - x + x0) * (dy ? y - y0 : 1 - y + y0);
        kernel.at<float>(y0 + dy, x0 + dx) += static_cast<float>(weight / kSteps);
      }
    }
  }
  return kernel;
}

/// Nearly normal: the sum of four uniform bytes, the same on every machine.
float sensor_noise(Random& random) {
  constexpr float kSigma = 147.8f;
  const std::uint32_t bits = random.bits();
  const std::uint32_t sum = (bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24);
  return static_cast<float>(static_cast<int>(sum) - 510) / kSigma;
}

void paint_mount(cv::Mat& layer, const Subject& subject, const View& view, const AffineMap& place) {
  const auto paint = [&](Contour contour, const Rgb& colour) {
    for (Point& corner : contour) corner = place(view(corner));
    fill_contours(layer, {contour}, colour);
  };
  const auto box = [&](double x1, double y1, double x2, double y2, const Rgb& colour) {
    paint({{x1, y1}, {x2, y1}, {x2, y2}, {x1, y2}}, colour);
  };
  constexpr Rgb kWhite{226, 226, 222}, kBlack{34, 34, 36}, kRed{180, 34, 36};
  const Mount& mount = subject.mount;
  double low = 0;
  for (const Point& corner : subject.drawing->plate) low = std::max(low, corner.y);
  if (mount.pole) {
    const double half = mount.pole_width / 2;
    const Rgb& metal = mount.metal;
    const auto shade = [](std::uint8_t v) { return static_cast<std::uint8_t>(v * 0.6); };
    box(0.5 - half, -0.06, 0.5 + half, 4.5, metal);
    box(0.5 + half * 0.3, -0.06, 0.5 + half, 4.5, {shade(metal.r), shade(metal.g), shade(metal.b)});
  }
  if (mount.plate) {
    const double end = low + mount.plate_height;
    box(0.05, low + 0.04, 0.95, end, kBlack);
    box(0.065, low + 0.055, 0.935, end - 0.015, kWhite);
    for (int i = 0; i < 7; ++i)
      box(0.14 + 0.105 * i, low + 0.12, 0.2 + 0.105 * i, end - 0.08, kBlack);
  } else if (mount.round_sign) {
    paint(circle({0.5, low + 0.56}, 0.5), kRed);
    paint(circle({0.5, low + 0.56}, 0.38), kWhite);
  }
}

/// Sign and mount on a clear layer of the picture's size, 8UC4, premultiplied.
cv::Mat paint_sign(const Subject& subject, const Shot& shot, const AffineMap& place) {
  // Twice the pixels, so that warping and shrinking together are antialiased.
  cv::Mat layer = cv::Mat::zeros(shot.height * 2, shot.width * 2, CV_8UC4);
  const AffineMap twice = scaling(2, 2).after(place);
  paint_mount(layer, subject, shot.view, twice);

  const int side = std::clamp(static_cast<int>(std::lround(shot.size * 2)), 8, subject.sign.rows);
  cv::Mat source, warped;
  cv::resize(subject.sign, source, cv::Size(side, side), 0, 0, cv::INTER_AREA);
  std::array<cv::Point2f, 4> from, to;
  for (std::size_t i = 0; i < 4; ++i) {
    const Point corner{i == 1 || i == 2 ? 1.0 : 0.0, i >= 2 ? 1.0 : 0.0};
    const Point there = twice(shot.view(corner));
    // A pixel's centre, not its corner, has whole coordinates for OpenCV.
    from[i] = {static_cast<float>(corner.x * side - 0.5),
               static_cast<float>(corner.y * side - 0.5)};
    to[i] = {static_cast<float>(there.x - 0.5), static_cast<float>(there.y - 0.5)};
  }
  cv::warpPerspective(source, warped, cv::getPerspectiveTransform(from.data(), to.data()),
                      layer.size(), cv::INTER_LINEAR, cv::BORDER_CONSTANT, cv::Scalar());
  for (int y = 0; y < layer.rows; ++y) {
    auto* below = layer.ptr<cv::Vec4b>(y);
    const auto* above = warped.ptr<cv::Vec4b>(y);
    for (int x = 0; x < layer.cols; ++x) {
      if (above[x][3] == 0) continue;
      for (int c = 0; c < 4; ++c) {
        below[x][c] = static_cast<std::uint8_t>(
            std::min(255, above[x][c] + below[x][c] * (255 - above[x][3]) / 255));
      }
    }
  }
  cv::Mat result;
  cv::resize(layer, result, cv::Size(shot.width, shot.height), 0, 0, cv::INTER_AREA);
  return result;
}

cv::Mat paint_scene(const Subject& subject, const Shot& shot) {
  const cv::Matx23d window(shot.scene_z, 0, shot.scene_x - shot.scene_z * shot.width / 2,  //
                           0, shot.scene_z, shot.scene_y - shot.scene_z * shot.height / 2);
  cv::Mat result;
  cv::warpAffine(subject.scene, result, window, cv::Size(shot.width, shot.height),
                 cv::INTER_LINEAR | cv::WARP_INVERSE_MAP, cv::BORDER_REFLECT);
  return result;
}

/// What reaches the sensor, 32FC3.
cv::Mat expose(const cv::Mat& front, const cv::Mat& back, const Shot& shot) {
  cv::Mat light(shot.height, shot.width, CV_32FC3);
  for (int y = 0; y < shot.height; ++y) {
    auto* out = light.ptr<cv::Vec3f>(y);
    const auto* f = front.ptr<cv::Vec4b>(y);
    const auto* b = back.ptr<cv::Vec3b>(y);
    for (int x = 0; x < shot.width; ++x) {
      const double open = (1 - f[x][3] / 255.0) * shot.scene_light;
      for (int c = 0; c < 3; ++c) {
        out[x][c] =
            static_cast<float>(shot.balance[c] * (f[x][c] * shot.sign_light + b[x][c] * open));
      }
    }
  }
  if (shot.defocus > 0.2) cv::GaussianBlur(light, light, {}, shot.defocus);
  if (shot.shake > 1) {
    cv::filter2D(light, light, -1, shake_kernel(shot.shake, shot.shake_angle), {-1, -1}, 0,
                 cv::BORDER_REPLICATE);
  }
  return light;
}

}  // namespace

Point View::operator()(Point p) const {
  const double r = radians(roll), w = radians(yaw), t = radians(pitch);
  const Point flat{p.x - 0.5, p.y - 0.5};
  const double x = flat.x * std::cos(r) - flat.y * std::sin(r);
  const double y = flat.x * std::sin(r) + flat.y * std::cos(r);
  const double depth = x * std::sin(w);
  const double scale = distance / (distance + y * std::sin(t) + depth * std::cos(t));
  return {x * std::cos(w) * scale, (y * std::cos(t) - depth * std::sin(t)) * scale};
}

Extent extent(const SignDrawing& drawing, const View& view) {
  constexpr double kFar = std::numeric_limits<double>::max();
  Extent box{kFar, kFar, -kFar, -kFar};
  for (const Point& corner : drawing.plate) {
    const Point p = view(corner);
    box.left = std::min(box.left, p.x);
    box.right = std::max(box.right, p.x);
    box.top = std::min(box.top, p.y);
    box.bottom = std::max(box.bottom, p.y);
  }
  return box;
}

Extent extent(const SignDrawing& drawing, const View& view, double size) {
  const Extent box = extent(drawing, view);
  const double scale = size / std::max(box.width(), box.height());
  return {box.left * scale, box.top * scale, box.right * scale, box.bottom * scale};
}

SignPicture take_picture(const Subject& subject, const Shot& shot, Random& random) {
  const Extent box = extent(*subject.drawing, shot.view);
  const AffineMap place = placed(box, shot);
  const cv::Mat light = expose(paint_sign(subject, shot, place), paint_scene(subject, shot), shot);
  SignPicture picture{Image(shot.width, shot.height), box_pixels(box, place, shot)};
  const auto gain = static_cast<float>(shot.contrast), haze = static_cast<float>(shot.haze),
             noise = static_cast<float>(shot.noise);
  std::uint8_t* out = picture.image.rgb.data();
  for (int y = 0; y < shot.height; ++y) {
    const auto* in = light.ptr<float>(y);
    for (int x = 0; x < shot.width * 3; ++x) {
      const float value = in[x] * gain + haze + noise * sensor_noise(random);
      *out++ = static_cast<std::uint8_t>(std::clamp(value + 0.5f, 0.f, 255.f));
    }
  }
  return picture;
}

}  // namespace signpost
