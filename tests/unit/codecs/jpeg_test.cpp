#include "codecs/jpeg.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "codecs/decode.h"

namespace signpost {

TEST_CASE("an encoded JPEG is read back nearly as it was") {
  Image image(33, 17);
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const std::size_t at = (static_cast<std::size_t>(y) * 33 + static_cast<std::size_t>(x)) * 3;
      image.rgb[at] = image.rgb[at + 1] = image.rgb[at + 2] = static_cast<std::uint8_t>(4 * x + y);
    }
  }
  Image back;
  std::string wrong;
  REQUIRE(decode_image(encode_jpeg(image, 95), back, wrong));
  REQUIRE(back.width == 33);
  REQUIRE(back.height == 17);
  for (std::size_t i = 0; i < image.rgb.size(); ++i)
    CHECK(std::abs(static_cast<int>(back.rgb[i]) - static_cast<int>(image.rgb[i])) < 8);
  CHECK(encode_jpeg(image, 10).size() < encode_jpeg(image, 95).size());
}

TEST_CASE("an image that no JPEG can hold is an error, not a crash") {
  CHECK_THROWS_AS(encode_jpeg(Image(70000, 1), 80), Error);
}

}  // namespace signpost
