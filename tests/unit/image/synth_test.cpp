#include "image/synth.h"

#include <catch2/catch.hpp>

namespace signpost {
namespace {

double mean(const Image& image) {
  double sum = 0;
  for (const std::uint8_t value : image.rgb) sum += value;
  return sum / static_cast<double>(image.rgb.size());
}

}  // namespace

TEST_CASE("a picture depends on seed, set, class, number and frame, and on nothing else") {
  const SignDrawing& stop = *find_sign_drawing(14);
  const Image image = SignTrack(7, stop, "train", 3).frame(4, 10).image;
  const SignTrack again(7, stop, "train", 3);
  again.frame(9, 10);
  CHECK(again.frame(4, 10).image == image);
  CHECK_FALSE(again.frame(5, 10).image == image);
  CHECK_FALSE(SignTrack(8, stop, "train", 3).frame(4, 10).image == image);
  CHECK_FALSE(SignTrack(7, stop, "test", 3).frame(4, 10).image == image);
  CHECK_FALSE(SignTrack(7, stop, "train", 4).frame(4, 10).image == image);
  CHECK_FALSE(SignTrack(7, *find_sign_drawing(17), "train", 3).frame(4, 10).image == image);
}

TEST_CASE("the frames of a track approach the sign, with GTSRB's margins") {
  for (const int class_id : {0, 13, 25, 38}) {
    for (int number = 0; number < 5; ++number) {
      const SignTrack track(1, *find_sign_drawing(class_id), "train", number);
      int before = 0;
      for (int frame = 0; frame < 6; ++frame) {
        CAPTURE(class_id, number, frame);
        const SignPicture picture = track.frame(frame, 6);
        const Roi& roi = picture.roi;
        REQUIRE(inside(roi, picture.image.width, picture.image.height));
        const int longer = std::max(roi.width(), roi.height());
        CHECK(longer >= before);
        before = longer;
        if (frame == 0) CHECK((longer >= 15 && longer <= 27));
        if (frame == 5) CHECK((longer >= 60 && longer <= 132));
        for (const int margin :
             {roi.x1, roi.y1, picture.image.width - roi.x2, picture.image.height - roi.y2}) {
          CHECK(margin >= 5);
          CHECK(margin <= longer * 0.1 + 7);
        }
      }
    }
  }
}

TEST_CASE("a track of one frame shows the sign half-way") {
  const SignPicture picture = SignTrack(1, *find_sign_drawing(12), "train", 0).frame(0, 1);
  CHECK(picture.roi.width() > 20);
  CHECK(picture.roi.width() < 60);
}

TEST_CASE("about a fifth of the tracks are dark, and none is black") {
  int dark = 0;
  constexpr int kTracks = 200;
  for (int number = 0; number < kTracks; ++number) {
    const double grey =
        mean(SignTrack(2, *find_sign_drawing(15), "train", number).frame(0, 2).image);
    CHECK(grey > 5);
    dark += grey < 50;
  }
  CHECK(dark > kTracks / 10);
  CHECK(dark < kTracks * 3 / 10);
}

TEST_CASE("a photograph holds the whole sign, half to four fifths of its shorter side") {
  for (int number = 0; number < 20; ++number) {
    const SignDrawing& drawing = sign_drawings()[static_cast<std::size_t>(number) * 2];
    const SignPicture picture =
        SignTrack(3, drawing, "field", number, SignTrack::Kind::photograph).photograph();
    CAPTURE(number);
    REQUIRE(inside(picture.roi, picture.image.width, picture.image.height));
    const int shorter = std::min(picture.image.width, picture.image.height),
              longer = std::max(picture.roi.width(), picture.roi.height());
    CHECK(longer >= shorter / 2 - 2);
    CHECK(longer <= shorter * 4 / 5 + 2);
    CHECK(shorter >= 160);
  }
}

}  // namespace signpost
