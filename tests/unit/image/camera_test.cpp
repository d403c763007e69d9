#include "image/camera.h"

#include <catch2/catch.hpp>

#include "image/sign_raster.h"

namespace signpost {
namespace {

/// A white plate before a black scene, sharp and without noise.
Subject white_plate(int class_id) {
  Palette white;
  white.fill({255, 255, 255});
  Subject subject;
  subject.drawing = find_sign_drawing(class_id);
  subject.sign = draw_sign(*subject.drawing, 256, white);
  subject.scene = cv::Mat::zeros(64, 64, CV_8UC3);
  return subject;
}

Roi bright_box(const Image& image) {
  Roi box{image.width, image.height, 0, 0};
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      if (image.rgb[static_cast<std::size_t>(y * image.width + x) * 3] < 64) continue;
      box = {std::min(box.x1, x), std::min(box.y1, y), std::max(box.x2, x + 1),
             std::max(box.y2, y + 1)};
    }
  }
  return box;
}

}  // namespace

TEST_CASE("the box is where the sign is, however the camera sees it") {
  for (const int class_id : {12, 13, 14, 18, 35}) {
    for (const View view : {View{}, View{12, 0, 0, 5}, View{-8, 35, -15, 3}}) {
      for (const double size : {20.0, 61.5, 150.0}) {
        CAPTURE(class_id, view.roll, size);
        const Subject subject = white_plate(class_id);
        Shot shot;
        shot.view = view;
        shot.width = shot.height = 170;
        shot.size = size;
        shot.left = 7.4;
        shot.top = 9.7;
        Random random(1, "", 0, "test");
        const SignPicture picture = take_picture(subject, shot, random);
        const Roi seen = bright_box(picture.image);
        CHECK(std::abs(picture.roi.x1 - seen.x1) <= 1);
        CHECK(std::abs(picture.roi.y1 - seen.y1) <= 1);
        CHECK(std::abs(picture.roi.x2 - seen.x2) <= 1);
        CHECK(std::abs(picture.roi.y2 - seen.y2) <= 1);
        const int longer = std::max(picture.roi.width(), picture.roi.height());
        CHECK(std::abs(longer - size) <= 1.5);
      }
    }
  }
}

TEST_CASE("exposure, balance, contrast and haze act on the grey level as they say") {
  Subject subject = white_plate(15);
  subject.scene.setTo(cv::Scalar(100, 100, 100));
  Shot shot;
  shot.width = shot.height = 40;
  shot.size = 20;
  shot.left = shot.top = 10;
  shot.sign_light = 0.5;
  shot.scene_light = 1.5;
  shot.balance = {1.0, 0.5, 1.0};
  shot.contrast = 0.8;
  shot.haze = 10;
  Random random(1, "", 0, "test");
  const Image image = take_picture(subject, shot, random).image;
  const std::uint8_t* corner = image.rgb.data();
  CHECK(static_cast<int>(corner[0]) == 130);
  CHECK(static_cast<int>(corner[1]) == 70);
  const std::uint8_t* middle = image.rgb.data() + (20 * 40 + 20) * 3;
  CHECK(static_cast<int>(middle[0]) == 112);
  CHECK(static_cast<int>(middle[1]) == 61);
}

TEST_CASE("blur and shake move light about but lose none inside the picture") {
  const Subject subject = white_plate(15);
  const auto total = [&](double defocus, double shake) {
    Shot shot;
    shot.width = shot.height = 80;
    shot.size = 30;
    shot.left = shot.top = 25;
    shot.sign_light = 0.5;
    shot.defocus = defocus;
    shot.shake = shake;
    shot.shake_angle = 0.6;
    Random random(1, "", 0, "test");
    double sum = 0;
    for (const std::uint8_t value : take_picture(subject, shot, random).image.rgb) sum += value;
    return sum;
  };
  CHECK(total(2, 0) == Approx(total(0, 0)).epsilon(0.01));
  CHECK(total(0, 9) == Approx(total(0, 0)).epsilon(0.01));
}

}  // namespace signpost
