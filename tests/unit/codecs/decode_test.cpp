#include "codecs/decode.h"

#include <catch2/catch.hpp>

#include "pixels/pnm.h"

namespace signpost {
namespace {

Image gradient(int width, int height) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.rgb.size(); ++i)
    image.rgb[i] = static_cast<std::uint8_t>(i * 7);
  return image;
}

}  // namespace

TEST_CASE("PNG and PPM come back pixel for pixel") {
  const Image image = gradient(13, 7);
  std::vector<std::uint8_t> ppm;
  encode_ppm(image, ppm);
  Image back;
  std::string wrong;
  REQUIRE(decode_image(ppm, back, wrong));
  CHECK(back == image);
  REQUIRE(decode_image(encode_png(image), back, wrong));
  CHECK(back == image);
}

TEST_CASE("every prefix of an image is refused with a reason") {
  const Image image = gradient(9, 5);
  std::vector<std::uint8_t> ppm;
  encode_ppm(image, ppm);
  for (const std::vector<std::uint8_t>& whole : {ppm, encode_png(image)}) {
    for (std::size_t size = 0; size + 12 < whole.size(); ++size) {
      Image back;
      std::string wrong;
      REQUIRE_FALSE(decode_image(std::span(whole).first(size), back, wrong));
      REQUIRE_FALSE(wrong.empty());
    }
  }
}

TEST_CASE("an image that claims 2^31 pixels is refused before memory is taken") {
  const std::string text = "P6\n46341 46341\n255\nabc";
  Image back;
  std::string wrong;
  CHECK_FALSE(
      decode_image({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, back, wrong));
  CHECK(wrong == "claims 46341x46341 pixels; the limit is 2^27");
}

TEST_CASE("a PNM header may hold comments and any white space") {
  const std::string text = "P5 # grey\n# wide\n2\t1\r\n255\n\x10\x20";
  Image back;
  std::string wrong;
  REQUIRE(
      decode_image({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, back, wrong));
  CHECK(back.rgb == std::vector<std::uint8_t>{16, 16, 16, 32, 32, 32});
}

TEST_CASE("a truncated raster says how much is missing") {
  const std::string text = "P6 2 2 255 abcdef";
  ImageSize size;
  std::string wrong;
  CHECK_FALSE(
      decode_size({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, size, wrong));
  CHECK(wrong == "is truncated: 6 of 12 raster bytes");
}

}  // namespace signpost
