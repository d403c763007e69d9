#include "curate/pixel_stats.h"

#include <catch2/catch.hpp>

namespace signpost {
namespace {

Image filled(int width, int height, std::uint8_t r, std::uint8_t g, std::uint8_t b) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
    image.rgb[i] = r;
    image.rgb[i + 1] = g;
    image.rgb[i + 2] = b;
  }
  return image;
}

Sample sample_of(const std::string& split, std::optional<int> label) {
  Sample sample;
  sample.id = std::string("s");
  sample.split = split;
  sample.label = label;
  return sample;
}

}  // namespace

TEST_CASE("the figures of a picture are those of its box alone") {
  Image image = filled(4, 2, 255, 255, 255);
  for (const std::size_t pixel : {1u, 2u}) {  // the box: 0 and 100
    for (std::size_t c = 0; c < 3; ++c)
      image.rgb[pixel * 3 + c] = pixel == 1 ? std::uint8_t{0} : std::uint8_t{100};
  }
  const PixelFigures figures = pixel_figures(image, {1, 0, 3, 1});
  for (std::size_t c = 0; c < 3; ++c) {
    CHECK(figures.mean[c] == 50);
    CHECK(figures.square[c] == 5000);
    CHECK(figures.shares[c][0] == 0.5f);
    CHECK(figures.shares[c][25] == 0.5f);
    CHECK(figures.shares[c][63] == 0);
  }
  CHECK(figures.brightness == 50);
  CHECK(figures.contrast == Approx(50));
}

TEST_CASE("luma weighs the channels as BT.601 does") {
  CHECK(pixel_figures(filled(1, 1, 100, 0, 0), {0, 0, 1, 1}).brightness == Approx(29.9));
  CHECK(pixel_figures(filled(1, 1, 0, 100, 0), {0, 0, 1, 1}).brightness == Approx(58.7));
  CHECK(pixel_figures(filled(1, 1, 0, 0, 100), {0, 0, 1, 1}).brightness == Approx(11.4));
  CHECK(pixel_figures(filled(3, 3, 9, 9, 9), {0, 0, 3, 3}).contrast == Approx(0).margin(1e-6));
}

TEST_CASE("every picture weighs the same, however many pixels it has") {
  PixelStats stats;
  stats.add(sample_of("train", 1), pixel_figures(filled(10, 10, 0, 40, 80), {0, 0, 10, 10}));
  stats.add(sample_of("val", 2), pixel_figures(filled(1, 1, 200, 40, 80), {0, 0, 1, 1}));
  CHECK(stats.all().count == 2);
  CHECK(stats.all().mean(0) == 100);
  CHECK(stats.all().deviation(0) == 100);
  CHECK(stats.all().deviation(1) == 0);
  CHECK(stats.sides()[static_cast<std::size_t>(Side::val)].mean(0) == 200);
  CHECK(stats.brightness().quantile(0) == 33);
  CHECK(stats.brightness_by_class().at(2).quantile(1) == 92);
  CHECK(stats.shares()[0][0] == 0.5);
  CHECK(stats.shares()[0][50] == 0.5);
}

}  // namespace signpost
