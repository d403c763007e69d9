#include "image/similarity.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "base/random.h"
#include "image/fingerprint.h"
#include "image/quality.h"
#include "image/sign_drawing.h"
#include "image/sign_raster.h"

namespace signpost {
namespace {

/// A sign against a bright sky: a dark disc, as a camera that looks into the light sees it.
struct Scene {
  int class_id = 3;
  int side = 20;  ///< of the box
  double light = 1, haze = 0;
  double noise = 1;        ///< sigma, grey levels
  std::uint64_t seed = 1;  ///< of the noise
  int shift = 0;           ///< of the box, in pixels
};

struct Picture {
  Image image;
  Box box;
  Surroundings around() const { return surroundings(image, box); }
  Plane inside() const { return grey(image, box); }
};

Picture picture_of(const Scene& scene) {
  constexpr int kDrawn = 400, kMargin = 100;
  const cv::Mat sign = draw_sign(*find_sign_drawing(scene.class_id), kDrawn);
  cv::Mat large(kDrawn + 2 * kMargin, kDrawn + 2 * kMargin, CV_32FC3);
  for (int y = 0; y < large.rows; ++y) {
    for (int x = 0; x < large.cols; ++x) {
      const float sky = 190.0f + 50.0f * static_cast<float>(y) / static_cast<float>(large.rows);
      cv::Vec3f& pixel = large.at<cv::Vec3f>(y, x);
      pixel = {sky, sky, sky};
      const int u = x - kMargin, v = y - kMargin;
      if (u < 0 || v < 0 || u >= kDrawn || v >= kDrawn) continue;
      const cv::Vec4b& ink = sign.at<cv::Vec4b>(v, u);
      for (int c = 0; c < 3; ++c)
        pixel[c] = 0.25f * static_cast<float>(ink[c]) +
                   pixel[c] * (1 - static_cast<float>(ink[3]) / 255.0f);
    }
  }
  const int side = scene.side * large.rows / kDrawn;
  cv::Mat small;
  cv::resize(large, small, {side, side}, 0, 0, cv::INTER_AREA);
  Picture picture{Image(side, side), {}};
  Random random(scene.seed, "scene", 0, "noise");
  for (std::size_t i = 0; i < picture.image.rgb.size(); ++i) {
    const double value = small.ptr<float>()[i] * scene.light + scene.haze;
    picture.image.rgb[i] = static_cast<std::uint8_t>(
        std::clamp(std::lround(value + scene.noise * random.normal()), 0L, 255L));
  }
  const int margin = (side - scene.side) / 2;
  picture.box = {margin + scene.shift, margin, margin + scene.shift + scene.side,
                 margin + scene.side};
  return picture;
}

double alike(const Scene& a, const Scene& b) {
  return similarity(picture_of(a).around(), picture_of(b).around());
}

/// Plain correlation of two boxes at 20 x 20.
double correlation(const Scene& a, const Scene& b) {
  const auto small = [](const Scene& scene) {
    const Plane box = picture_of(scene).inside();
    return resize(box, {0, 0, double(box.width), double(box.height)}, 20, 20);
  };
  const Plane p = small(a), q = small(b);
  const Moments of_p = moments(p), of_q = moments(q);
  double sum = 0;
  for (std::size_t i = 0; i < p.values.size(); ++i)
    sum += (p.values[i] - of_p.mean) * (q.values[i] - of_q.mean);
  return sum / (static_cast<double>(p.values.size()) * of_p.deviation * of_q.deviation);
}

}  // namespace

TEST_CASE("60, 80 and 120 km/h at 20 pixels are no copies of each other, though they correlate") {
  for (const int side : {20, 28, 48}) {
    for (const auto& [one, other] : {std::pair(3, 8), std::pair(3, 5), std::pair(5, 8)}) {
      INFO(one << " and " << other << " at " << side << " px");
      const Scene a{one, side}, b{other, side};
      CHECK(correlation(a, b) > 0.95);
      CHECK(alike(a, b) < 0.85);
    }
  }
}

TEST_CASE("another exposure, noise, size and framing of one photograph stay a near-copy") {
  for (const int side : {20, 28, 48, 120}) {
    INFO(side << " px");
    const Scene plain{3, side};
    CHECK(alike(plain, plain) > 0.999);
    Scene other = plain;
    other.seed = 2;
    CHECK(alike(plain, other) > 0.95);
    other.light = 0.7;
    other.haze = 30;
    CHECK(alike(plain, other) > 0.9);
    Scene larger = plain;
    larger.side = side * 3 / 2;
    CHECK(alike(plain, larger) > 0.9);
    Scene shifted = plain;
    shifted.shift = std::max(1, side / 24);
    CHECK(alike(plain, shifted) > 0.9);
  }
}

TEST_CASE("a flat picture is like nothing") {
  Picture flat{Image(40, 40), {5, 5, 35, 35}};
  CHECK(similarity(flat.around(), flat.around()) == 0);
  CHECK(similarity(flat.around(), picture_of({}).around()) == 0);
}

TEST_CASE("surroundings reach a quarter of the box as far as the image goes") {
  const Image image(100, 60);
  const Surroundings around = surroundings(image, {10, 2, 50, 42});
  CHECK(around.plane.width == 60);
  CHECK(around.plane.height == 52);
  CHECK(around.box.x1 == 10);
  CHECK(around.box.y1 == 2);
  CHECK(around.box.x2 == 50);
  CHECK(around.box.y2 == 42);
}

TEST_CASE("a fingerprint does not change with the light, and tells pictures apart") {
  const auto print = [](const Scene& scene) { return fingerprint(picture_of(scene).inside()); };
  const Fingerprint plain = print({14, 60});
  CHECK(plain.hash >> 63 == 0);
  Scene dim{14, 60};
  dim.light = 0.6;
  dim.haze = 40;
  dim.seed = 9;
  const Fingerprint other = print(dim), stranger = print({38, 60});
  CHECK(std::popcount(plain.hash ^ other.hash) <= 4);
  CHECK(std::popcount(plain.hash ^ stranger.hash) > 10);
  CHECK(thumbnail_correlation(plain, plain) == Approx(1));
  CHECK(thumbnail_correlation(plain, other) > 0.98);
  CHECK(thumbnail_correlation(plain, stranger) < 0.97);
  CHECK(thumbnail_correlation(fingerprint(Plane(20, 20)), plain) == 0);
}

TEST_CASE("sharpness falls with blur, and hardly with size or light") {
  const auto sharpness = [](const Scene& scene, int blur) {
    Picture picture = picture_of(scene);
    cv::Mat pixels(picture.image.height, picture.image.width, CV_8UC3, picture.image.rgb.data());
    if (blur > 1) cv::blur(pixels, pixels, {blur, blur});
    return measure_quality(picture.inside()).sharpness;
  };
  const double plain = sharpness({1, 32}, 1);
  CHECK(plain > 0.6);
  CHECK(sharpness({1, 32}, 7) < plain - 0.15);
  CHECK(sharpness({1, 96}, 1) == Approx(plain).margin(0.1));
  Scene dim{1, 32};
  dim.light = 0.5;
  CHECK(sharpness(dim, 1) == Approx(plain).margin(0.1));
}

TEST_CASE("brightness and contrast are those of the box") {
  Plane box(4, 2);
  box.values = {10, 10, 10, 10, 30, 30, 30, 30};
  const Quality quality = measure_quality(box);
  CHECK(quality.mean_grey == Approx(20));
  CHECK(quality.grey_deviation == Approx(10));
}

TEST_CASE("shrinking averages areas, and enlarging keeps the mean of a ramp") {
  Plane plane(4, 2);
  plane.values = {0, 2, 4, 6, 8, 10, 12, 14};
  CHECK(resize(plane, {0, 0, 4, 2}, 2, 1).values == std::vector<float>{5, 9});
  CHECK(resize(plane, {0, 0, 4, 2}, 4, 2).values == plane.values);
  CHECK(moments(resize(plane, {0, 0, 4, 2}, 16, 8)).mean == Approx(7));
  CHECK(resize(plane, {1, 0, 3, 2}, 1, 1).values == std::vector<float>{7});
}

}  // namespace signpost
