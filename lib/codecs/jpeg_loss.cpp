#include "codecs/jpeg_loss.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "codecs/jpeg_errors.h"

namespace signpost {
namespace {

/// Both ends of a thread, made once: setting them up takes longer than a sign of 48 pixels.
struct Ends {
  JpegErrors errors;
  jpeg_compress_struct writer;
  jpeg_decompress_struct reader;
  std::vector<unsigned char> bytes;

  Ends() {
    writer.err = reader.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = on_jpeg_error;
    errors.message[0] = 0;
    if (setjmp(errors.back) != 0) fail();
    jpeg_create_compress(&writer);
    jpeg_create_decompress(&reader);
  }
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  ~Ends() {
    jpeg_destroy_compress(&writer);
    jpeg_destroy_decompress(&reader);
  }
  [[noreturn]] void fail() {
    throw Error(Blame::environment, std::string("libjpeg fails: ") + errors.message);
  }
};

}  // namespace

void lose_by_jpeg(std::span<std::uint8_t> rgb, int width, int height, int quality) {
  thread_local Ends ends;
  jpeg_compress_struct& writer = ends.writer;
  jpeg_decompress_struct& reader = ends.reader;
  if (setjmp(ends.errors.back) != 0) {
    jpeg_abort_compress(&writer);
    jpeg_abort_decompress(&reader);
    ends.fail();
  }
  const auto row_bytes = static_cast<std::size_t>(width) * 3;
  // The library writes into a buffer that is given to it as long as that is large enough: the bound
  // is that of TurboJPEG's tjBufSize for 4:2:0.
  const auto padded = [](int length) { return (static_cast<std::size_t>(length) + 15) / 16 * 16; };
  ends.bytes.resize(std::max(ends.bytes.size(), padded(width) * padded(height) * 3 + 2048));
  unsigned char* bytes = ends.bytes.data();
  unsigned long size = ends.bytes.size();
  jpeg_mem_dest(&writer, &bytes, &size);
  writer.image_width = static_cast<JDIMENSION>(width);
  writer.image_height = static_cast<JDIMENSION>(height);
  writer.input_components = 3;
  writer.in_color_space = JCS_RGB;
  jpeg_set_defaults(&writer);
  jpeg_set_quality(&writer, quality, TRUE);
  writer.dct_method = JDCT_ISLOW;
  jpeg_start_compress(&writer, TRUE);
  while (writer.next_scanline < writer.image_height) {
    JSAMPROW row = rgb.data() + writer.next_scanline * row_bytes;
    jpeg_write_scanlines(&writer, &row, 1);
  }
  jpeg_finish_compress(&writer);

  jpeg_mem_src(&reader, bytes, size);
  jpeg_read_header(&reader, TRUE);
  reader.out_color_space = JCS_RGB;
  reader.dct_method = JDCT_ISLOW;
  jpeg_start_decompress(&reader);
  while (reader.output_scanline < reader.output_height) {
    JSAMPROW row = rgb.data() + reader.output_scanline * row_bytes;
    jpeg_read_scanlines(&reader, &row, 1);
  }
  jpeg_finish_decompress(&reader);
}

}  // namespace signpost
