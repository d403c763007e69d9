// PPM, PGM, PNG, JPEG and WebP: header and raster.
#include "codecs/decode.h"
#include "harness.h"
#include "pixels/pnm.h"

using namespace signpost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::span bytes(data, size);
  Image image;
  ImageSize header;
  std::string wrong, wrong_header;
  const bool sized = decode_size(bytes, header, wrong_header);
  PROMISE(sized == wrong_header.empty());
  // A large claim costs the decoder a second; the limit itself is a unit test's.
  if (sized && std::int64_t{header.width} * header.height > 1 << 20) return 0;
  const bool decoded = decode_image(bytes, image, wrong);
  PROMISE(decoded == wrong.empty());
  if (!decoded) return 0;
  PROMISE(sized && image.width == header.width && image.height == header.height);
  PROMISE(image.rgb.size() ==
          static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height) * 3);
  Image again;
  PROMISE(decode_image(encode_png(image), again, wrong) && again.rgb == image.rgb);
  std::vector<std::uint8_t> ppm;
  encode_ppm(image, ppm);
  PROMISE(decode_image(ppm, again, wrong) && again.rgb == image.rgb);
  return 0;
}
