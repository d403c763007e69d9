#include <png.h>

#include <csetjmp>
#include <string>

#include "base/error.h"
#include "codecs/decode.h"

namespace signpost {
namespace {

// Two and a half times as fast as zlib's usual 6, for 2 % more bytes of a contact sheet.
constexpr int kLevel = 4;

struct Sink {
  std::vector<std::uint8_t> bytes;
  std::string error;
};

void on_error(png_structp png, png_const_charp message) {
  static_cast<Sink*>(png_get_error_ptr(png))->error = message;
  std::longjmp(png_jmpbuf(png), 1);
}

void on_bytes(png_structp png, png_bytep data, std::size_t size) {
  auto& bytes = static_cast<Sink*>(png_get_io_ptr(png))->bytes;
  bytes.insert(bytes.end(), data, data + size);
}

/// Holds no object with a destructor: libpng leaves it by longjmp.
bool compress(const Image& image, Sink& sink, png_structp png, png_infop info) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  png_set_write_fn(png, &sink, on_bytes, nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(image.width),
               static_cast<png_uint_32>(image.height), 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_sRGB(png, info, PNG_sRGB_INTENT_PERCEPTUAL);
  png_set_compression_level(png, kLevel);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_ALL_FILTERS);
  png_write_info(png, info);
  for (int y = 0; y < image.height; ++y)
    png_write_row(png, image.rgb.data() + static_cast<std::size_t>(y) * image.row_bytes());
  png_write_end(png, info);
  return true;
}

}  // namespace

std::vector<std::uint8_t> encode_png(const Image& image) {
  Sink sink;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &sink, on_error, nullptr);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  const bool good = info && compress(image, sink, png, info);
  png_destroy_write_struct(&png, &info);
  if (!good) throw Error(Blame::environment, "libpng cannot encode: " + sink.error);
  return std::move(sink.bytes);
}

}  // namespace signpost
