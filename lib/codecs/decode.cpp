#include "codecs/decode.h"

#include <png.h>
#include <webp/decode.h>
#include <webp/demux.h>

#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "codecs/jpeg_errors.h"
#include "codecs/orientation.h"
#include "pixels/pnm.h"

namespace signpost {
namespace {

enum class Format { pnm, png, jpeg, webp, unknown };

Format format_of(std::span<const std::uint8_t> bytes) {
  constexpr std::uint8_t kPng[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  if (bytes.size() >= 8 && std::memcmp(bytes.data(), kPng, 8) == 0) return Format::png;
  if (bytes.size() >= 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff)
    return Format::jpeg;
  if (bytes.size() >= 2 && bytes[0] == 'P' && (bytes[1] == '5' || bytes[1] == '6'))
    return Format::pnm;
  if (bytes.size() >= 12 && std::memcmp(bytes.data(), "RIFF", 4) == 0 &&
      std::memcmp(bytes.data() + 8, "WEBP", 4) == 0)
    return Format::webp;
  return Format::unknown;
}

bool acceptable(std::int64_t width, std::int64_t height, std::string& wrong) {
  if (width < 1 || height < 1) {
    wrong = "has no pixels";
  } else if (width > kMaxPixels || height > kMaxPixels || width * height > kMaxPixels) {
    wrong = "claims " + std::to_string(width) + "x" + std::to_string(height) +
            " pixels; the limit is 2^27";
  } else {
    return true;
  }
  return false;
}

bool decode_png(std::span<const std::uint8_t> bytes, Image* image, ImageSize& size,
                std::string& wrong) {
  png_image png = {};
  png.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&png, bytes.data(), bytes.size())) {
    wrong = std::string("is a damaged PNG: ") + png.message;
    return false;
  }
  size = {static_cast<int>(png.width), static_cast<int>(png.height)};
  if (!acceptable(png.width, png.height, wrong)) {
    png_image_free(&png);
    return false;
  }
  if (!image) {
    png_image_free(&png);
    return true;
  }
  // Read with alpha and drop it, as a phone's screenshot keeps its colours then; libpng alone would
  // blend it to black.
  png.format = PNG_FORMAT_RGBA;
  std::vector<std::uint8_t> rgba(PNG_IMAGE_SIZE(png));
  if (!png_image_finish_read(&png, nullptr, rgba.data(), 0, nullptr)) {
    wrong = std::string("is a damaged PNG: ") + png.message;
    return false;
  }
  image->width = size.width;
  image->height = size.height;
  image->rgb.resize(rgba.size() / 4 * 3);
  for (std::size_t i = 0; i < rgba.size() / 4; ++i)
    std::memcpy(&image->rgb[3 * i], &rgba[4 * i], 3);
  return true;
}

/// A warning means that pixels had to be made up (a truncated file, say): such an image is refused.
extern "C" void on_jpeg_message(j_common_ptr info, int level) {
  if (level < 0) on_jpeg_error(info);
}

bool decode_jpeg(std::span<const std::uint8_t> bytes, Image* image, ImageSize& size,
                 std::string& wrong) {
  jpeg_decompress_struct jpeg;
  JpegErrors errors;
  jpeg.err = jpeg_std_error(&errors.manager);
  errors.manager.error_exit = on_jpeg_error;
  errors.manager.emit_message = on_jpeg_message;
  errors.message[0] = 0;
  if (setjmp(errors.back) != 0) {
    wrong = std::string("is a damaged JPEG: ") + errors.message;
    jpeg_destroy_decompress(&jpeg);
    return false;
  }
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, bytes.data(), bytes.size());
  jpeg_save_markers(&jpeg, JPEG_APP0 + 1, 0xffff);
  jpeg_read_header(&jpeg, TRUE);
  size = {static_cast<int>(jpeg.image_width), static_cast<int>(jpeg.image_height)};
  int orientation = 1;
  for (const jpeg_marker_struct* marker = jpeg.marker_list; marker; marker = marker->next) {
    if (marker->data_length > 6 && std::memcmp(marker->data, "Exif", 5) == 0) {
      orientation = exif_orientation({marker->data, marker->data_length});
      break;
    }
  }
  bool good = acceptable(size.width, size.height, wrong);
  if (good && image) {
    jpeg.out_color_space = JCS_RGB;
    jpeg.dct_method = JDCT_ISLOW;
    jpeg_start_decompress(&jpeg);
    image->width = size.width;
    image->height = size.height;
    image->rgb.resize(image->row_bytes() * static_cast<std::size_t>(size.height));
    while (jpeg.output_scanline < jpeg.output_height) {
      JSAMPROW row = image->rgb.data() + jpeg.output_scanline * image->row_bytes();
      jpeg_read_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_decompress(&jpeg);
    set_upright(*image, orientation);
  }
  if (turns_sides(orientation)) std::swap(size.width, size.height);
  jpeg_destroy_decompress(&jpeg);
  return good;
}

int webp_orientation(std::span<const std::uint8_t> bytes) {
  const WebPData data{bytes.data(), bytes.size()};
  const std::unique_ptr<WebPDemuxer, decltype(&WebPDemuxDelete)> demuxer(WebPDemux(&data),
                                                                         &WebPDemuxDelete);
  WebPChunkIterator chunk;
  if (!demuxer || !WebPDemuxGetChunk(demuxer.get(), "EXIF", 1, &chunk)) return 1;
  const int orientation = exif_orientation({chunk.chunk.bytes, chunk.chunk.size});
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

bool decode_webp(std::span<const std::uint8_t> bytes, Image* image, ImageSize& size,
                 std::string& wrong) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK) {
    wrong = "is a damaged WebP";
    return false;
  }
  if (features.has_animation) {
    wrong = "is an animated WebP; save one picture of it";
    return false;
  }
  std::uint32_t riff = 0;
  for (std::size_t i = 4; i-- > 0;) riff = riff << 8 | bytes[4 + i];
  if (riff > bytes.size() - 8) {
    wrong = "is a truncated WebP: " + std::to_string(bytes.size()) + " of " +
            std::to_string(std::uint64_t{riff} + 8) + " bytes";
    return false;
  }
  size = {features.width, features.height};
  if (!acceptable(size.width, size.height, wrong)) return false;
  const int orientation = webp_orientation(bytes);
  if (image) {
    image->width = size.width;
    image->height = size.height;
    image->rgb.resize(image->row_bytes() * static_cast<std::size_t>(size.height));
    if (!WebPDecodeRGBInto(bytes.data(), bytes.size(), image->rgb.data(), image->rgb.size(),
                           static_cast<int>(image->row_bytes()))) {
      wrong = "is a damaged WebP";
      return false;
    }
    set_upright(*image, orientation);
  }
  if (turns_sides(orientation)) std::swap(size.width, size.height);
  return true;
}

bool decode(std::span<const std::uint8_t> bytes, Image* image, ImageSize& size,
            std::string& wrong) {
  switch (format_of(bytes)) {
    case Format::png:
      return decode_png(bytes, image, size, wrong);
    case Format::jpeg:
      return decode_jpeg(bytes, image, size, wrong);
    case Format::webp:
      return decode_webp(bytes, image, size, wrong);
    case Format::pnm: {
      if (image) return decode_pnm(bytes, *image, wrong);
      const auto header = read_pnm_header(bytes, wrong);
      if (header) size = {header->width, header->height};
      return header.has_value();
    }
    case Format::unknown:
      break;
  }
  wrong = bytes.empty() ? "is empty" : "is not a PPM, PNG, JPEG or WebP image";
  return false;
}

}  // namespace

std::string_view image_type(std::span<const std::uint8_t> bytes) {
  switch (format_of(bytes)) {
    case Format::png:
      return "png";
    case Format::jpeg:
      return "jpg";
    case Format::webp:
      return "webp";
    case Format::pnm:
      return bytes[1] == '5' ? "pgm" : "ppm";
    case Format::unknown:
      break;
  }
  return {};
}

bool decode_image(std::span<const std::uint8_t> bytes, Image& image, std::string& wrong) {
  ImageSize size;
  return decode(bytes, &image, size, wrong);
}

bool decode_size(std::span<const std::uint8_t> bytes, ImageSize& size, std::string& wrong) {
  return decode(bytes, nullptr, size, wrong);
}

}  // namespace signpost
