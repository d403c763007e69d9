#include "codecs/decode.h"

#include <cstdio>
// jpeglib.h needs FILE.
#include <jpeglib.h>
#include <webp/encode.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "codecs/orientation.h"
#include "pixels/pnm.h"

namespace signpost {
namespace {

Image gradient(int width, int height) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.rgb.size(); ++i)
    image.rgb[i] = static_cast<std::uint8_t>(i * 7);
  return image;
}

/// Lossless WebP, with an Exif chunk that asks for `orientation`.
std::vector<std::uint8_t> webp(const Image& image, int orientation = 1) {
  std::uint8_t* data = nullptr;
  const std::size_t size = WebPEncodeLosslessRGB(image.rgb.data(), image.width, image.height,
                                                 static_cast<int>(image.row_bytes()), &data);
  std::vector<std::uint8_t> bytes(data, data + size);
  WebPFree(data);
  if (orientation == 1) return bytes;
  // VP8X with the Exif flag (8) in front, EXIF behind: the WebP container specification.
  std::string exif("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0", 26);
  exif[18] = static_cast<char>(orientation);
  std::string body("WEBPVP8X\x0a\0\0\0\x08\0\0\0", 16);
  for (const int side : {image.width - 1, image.height - 1}) {
    body += static_cast<char>(side);
    body += std::string("\0\0", 2);
  }
  body.append(bytes.begin() + 12, bytes.end());
  body += std::string("EXIF\x1a\0\0\0", 8) + exif;
  std::string whole = "RIFF";
  for (unsigned shift = 0; shift < 32; shift += 8)
    whole += static_cast<char>(body.size() >> shift & 0xff);
  whole += body;
  return {whole.begin(), whole.end()};
}

/// A JPEG with Exif data that asks for `orientation`.
std::vector<std::uint8_t> jpeg(const Image& image, int orientation) {
  jpeg_compress_struct info;
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&info, &data, &size);
  info.image_width = static_cast<unsigned>(image.width);
  info.image_height = static_cast<unsigned>(image.height);
  info.input_components = 3;
  info.in_color_space = JCS_RGB;
  jpeg_set_defaults(&info);
  jpeg_start_compress(&info, TRUE);
  std::string exif("Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0", 32);
  exif[24] = static_cast<char>(orientation);
  jpeg_write_marker(&info, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(exif.data()),
                    static_cast<unsigned>(exif.size()));
  while (info.next_scanline < info.image_height) {
    auto* row = const_cast<JSAMPROW>(image.rgb.data() + info.next_scanline * image.row_bytes());
    jpeg_write_scanlines(&info, &row, 1);
  }
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  const std::vector<std::uint8_t> bytes(data, data + size);
  std::free(data);
  return bytes;
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

TEST_CASE("WebP comes back pixel for pixel where it is lossless, and every prefix is refused") {
  const Image image = gradient(13, 7);
  const std::vector<std::uint8_t> whole = webp(image);
  CHECK(image_type(whole) == "webp");
  Image back;
  ImageSize size;
  std::string wrong;
  REQUIRE(decode_image(whole, back, wrong));
  CHECK(back == image);
  REQUIRE(decode_size(whole, size, wrong));
  CHECK(size.width == 13);
  CHECK(size.height == 7);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    wrong.clear();
    REQUIRE_FALSE(decode_size(std::span(whole).first(length), size, wrong));
    REQUIRE_FALSE(wrong.empty());
  }
}

TEST_CASE("each of the eight orientations is turned as Exif defines it") {
  // Two rows of three: abc, def. The letters are the red values.
  const std::array<const char*, 8> seen = {"abc/def",  "cba/fed",  "fed/cba",  "def/abc",
                                           "ad/be/cf", "da/eb/fc", "fc/eb/da", "cf/be/ad"};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    Image image(3, 2);
    for (std::size_t i = 0; i < 6; ++i) image.rgb[3 * i] = static_cast<std::uint8_t>('a' + i);
    set_upright(image, orientation);
    std::string text;
    for (int y = 0; y < image.height; ++y) {
      if (y > 0) text += '/';
      for (int x = 0; x < image.width; ++x)
        text += static_cast<char>(image.rgb[static_cast<std::size_t>(3 * (y * image.width + x))]);
    }
    CHECK(text == seen[static_cast<std::size_t>(orientation - 1)]);
  }
}

TEST_CASE("Exif's orientation is read in both byte orders, with and without its header") {
  const std::string little("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0", 26);
  const std::string big("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0", 26);
  const auto view = [](const std::string& text) {
    return std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  };
  CHECK(exif_orientation(view(little)) == 6);
  CHECK(exif_orientation(view(std::string("Exif\0\0", 6) + little)) == 6);
  CHECK(exif_orientation(view(big)) == 8);
  for (std::size_t length = 0; length < little.size(); ++length) {
    const int value = exif_orientation(view(little.substr(0, length)));
    CHECK((value == 1 || value == 6));
  }
  std::string nine = little;
  nine[18] = 9;
  CHECK(exif_orientation(view(nine)) == 1);
}

TEST_CASE("an upright WebP of a phone has its sides changed over") {
  const Image image = gradient(6, 4);
  const std::vector<std::uint8_t> whole = webp(image, 6);
  Image back;
  ImageSize size;
  std::string wrong;
  REQUIRE(decode_size(whole, size, wrong));
  CHECK(size.width == 4);
  CHECK(size.height == 6);
  REQUIRE(decode_image(whole, back, wrong));
  Image turned = image;
  set_upright(turned, 6);
  CHECK(back == turned);
}

TEST_CASE("a JPEG of a phone comes upright, and its header tells the upright size") {
  const Image image = gradient(24, 16);
  Image lying, upright;
  ImageSize size;
  std::string wrong;
  REQUIRE(decode_image(jpeg(image, 1), lying, wrong));
  for (const int orientation : {3, 6, 8}) {
    const std::vector<std::uint8_t> bytes = jpeg(image, orientation);
    REQUIRE(decode_size(bytes, size, wrong));
    CHECK(size.width == (orientation == 3 ? 24 : 16));
    REQUIRE(decode_image(bytes, upright, wrong));
    Image turned = lying;
    set_upright(turned, orientation);
    CHECK(upright == turned);
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
