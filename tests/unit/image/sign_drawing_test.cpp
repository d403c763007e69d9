#include "image/sign_drawing.h"

#include <catch2/catch.hpp>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "image/sign_raster.h"
#include "sample/catalogue.h"

namespace signpost {
namespace {

/// The mean difference of two drawings in grey levels.
double difference(const cv::Mat& a, const cv::Mat& b) {
  cv::Mat delta;
  cv::absdiff(a, b, delta);
  const cv::Scalar mean = cv::mean(delta);
  return (mean[0] + mean[1] + mean[2] + mean[3]) / 4;
}

cv::Mat transformed(const cv::Mat& image, Transform transform) {
  cv::Mat result;
  switch (transform) {
    case Transform::identity:
      return image;
    case Transform::flip_horizontal:
      cv::flip(image, result, 1);
      break;
    case Transform::flip_vertical:
      cv::flip(image, result, 0);
      break;
    case Transform::rotate_90:
      cv::rotate(image, result, cv::ROTATE_90_CLOCKWISE);
      break;
    case Transform::rotate_180:
      cv::rotate(image, result, cv::ROTATE_180);
      break;
    case Transform::rotate_270:
      cv::rotate(image, result, cv::ROTATE_90_COUNTERCLOCKWISE);
      break;
    case Transform::transpose:
      cv::transpose(image, result);
      break;
    case Transform::transverse:
      cv::transpose(image, result);
      cv::flip(result, result, -1);
      break;
  }
  return result;
}

}  // namespace

TEST_CASE("every class of the catalogue has a drawing") {
  const Catalogue catalogue = Catalogue::load();
  CHECK(sign_drawings().size() == catalogue.classes().size());
  for (const SignClass& sign : catalogue.classes()) {
    REQUIRE(find_sign_drawing(sign.id) != nullptr);
    CHECK(find_sign_drawing(sign.id)->class_id == sign.id);
  }
  CHECK(find_sign_drawing(43) == nullptr);
}

TEST_CASE("a drawing stays inside the unit square and touches its sides") {
  for (const SignDrawing& drawing : sign_drawings()) {
    CAPTURE(drawing.class_id);
    double left = 1, right = 0;
    for (const Point& point : drawing.plate) {
      REQUIRE((point.x > -0.002 && point.x < 1.002 && point.y > -0.002 && point.y < 1.002));
      left = std::min(left, point.x);
      right = std::max(right, point.x);
    }
    CHECK(left == Approx(0).margin(0.002));
    CHECK(right == Approx(1).margin(0.002));
  }
}

TEST_CASE("nothing is painted outside the plate") {
  for (const SignDrawing& drawing : sign_drawings()) {
    CAPTURE(drawing.class_id);
    SignDrawing bare = drawing;
    bare.shapes = {{Ink::white, {drawing.plate}, 0, false}};
    cv::Mat with, without;
    cv::extractChannel(draw_sign(drawing, 96), with, 3);
    cv::extractChannel(draw_sign(bare, 96), without, 3);
    CHECK(cv::norm(with, without, cv::NORM_INF) == 0);
  }
}

TEST_CASE("what the catalogue says of flips and turns is true of the drawings") {
  const Catalogue catalogue = Catalogue::load();
  for (const SignClass& sign : catalogue.classes()) {
    const cv::Mat drawn = draw_sign(*find_sign_drawing(sign.id), 96);
    for (const Transform transform : kTransforms) {
      CAPTURE(sign.id, transform_name(transform));
      // These have a mirrored variant (133-20, 136-20, 138-20, 142-20), which is not drawn.
      const bool has_variant = sign.id == 27 || sign.id == 28 || sign.id == 29 || sign.id == 31;
      if (has_variant && transform == Transform::flip_horizontal) {
        CHECK(sign.after(transform) == sign.id);
        continue;
      }
      const cv::Mat changed = transformed(drawn, transform);
      if (const std::optional<int> id = sign.after(transform)) {
        CHECK(difference(changed, draw_sign(*find_sign_drawing(*id), 96)) < 1.5);
      } else if (sign.id > 8) {  // digits are refused even where a glyph (30) survives
        for (const SignDrawing& other : sign_drawings()) {
          CAPTURE(other.class_id);
          CHECK(difference(changed, draw_sign(other, 96)) > 1.5);
        }
      }
    }
    // The diagonals are derived, and refused where the catalogue gives no way to them.
    for (const Transform transform : {Transform::transpose, Transform::transverse}) {
      CAPTURE(sign.id, transform_name(transform));
      if (const std::optional<int> id = sign.after(transform)) {
        CHECK(difference(transformed(drawn, transform), draw_sign(*find_sign_drawing(*id), 96)) <
              1.5);
      }
    }
  }
}

TEST_CASE("any two signs can be told apart at 24 pixels") {
  for (const SignDrawing& one : sign_drawings()) {
    for (const SignDrawing& other : sign_drawings()) {
      if (one.class_id >= other.class_id) continue;
      CAPTURE(one.class_id, other.class_id);
      CHECK(difference(draw_sign(one, 24), draw_sign(other, 24)) > 1.2);
    }
  }
}

TEST_CASE("a sign is opaque in its middle, clear outside, and premultiplied at its edge") {
  const cv::Mat stop = draw_sign(*find_sign_drawing(17), 64);
  CHECK(stop.at<cv::Vec4b>(32, 32) == cv::Vec4b(238, 238, 236, 255));
  CHECK(stop.at<cv::Vec4b>(0, 0) == cv::Vec4b(0, 0, 0, 0));
  for (int y = 0; y < stop.rows; ++y) {
    for (int x = 0; x < stop.cols; ++x) {
      const cv::Vec4b pixel = stop.at<cv::Vec4b>(y, x);
      REQUIRE((pixel[0] <= pixel[3] && pixel[1] <= pixel[3] && pixel[2] <= pixel[3]));
    }
  }
}

TEST_CASE("a palette changes the paint and nothing else") {
  Palette blue_on_green = new_sign_palette();
  blue_on_green[static_cast<std::size_t>(Ink::white)] = {0, 200, 0};
  const cv::Mat sign = draw_sign(*find_sign_drawing(17), 32, blue_on_green);
  CHECK(sign.at<cv::Vec4b>(16, 16) == cv::Vec4b(0, 200, 0, 255));
}

}  // namespace signpost
