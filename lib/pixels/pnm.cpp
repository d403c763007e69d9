#include "pixels/pnm.h"

#include <cstring>

namespace signpost {
namespace {

bool is_space(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Reads one decimal after white space and comments; -1 if there is none or it is over 2^27.
std::int64_t number(std::span<const std::uint8_t> bytes, std::size_t& at) {
  while (at < bytes.size() && (is_space(bytes[at]) || bytes[at] == '#')) {
    if (bytes[at] == '#') {
      while (at < bytes.size() && bytes[at] != '\n') ++at;
    } else {
      ++at;
    }
  }
  std::int64_t value = -1;
  while (at < bytes.size() && bytes[at] >= '0' && bytes[at] <= '9') {
    value = (value < 0 ? 0 : value * 10) + (bytes[at++] - '0');
    if (value > kMaxPixels) return -1;
  }
  return value;
}

}  // namespace

std::optional<PnmHeader> read_pnm_header(std::span<const std::uint8_t> bytes, std::string& wrong) {
  PnmHeader header;
  if (bytes.size() < 2 || bytes[0] != 'P' || (bytes[1] != '6' && bytes[1] != '5')) {
    wrong = "is not a binary PPM or PGM image";
    return std::nullopt;
  }
  header.channels = bytes[1] == '6' ? 3 : 1;
  std::size_t at = 2;
  const std::int64_t width = number(bytes, at), height = number(bytes, at),
                     maxval = number(bytes, at);
  if (width < 1 || height < 1 || maxval < 1 || at >= bytes.size() || !is_space(bytes[at])) {
    wrong = "has a damaged PNM header";
    return std::nullopt;
  }
  if (maxval != 255) {
    wrong = "has a maximum of " + std::to_string(maxval) + " a channel; only 255 is read";
    return std::nullopt;
  }
  if (width * height > kMaxPixels) {
    wrong = "claims " + std::to_string(width) + "x" + std::to_string(height) +
            " pixels; the limit is 2^27";
    return std::nullopt;
  }
  header.width = static_cast<int>(width);
  header.height = static_cast<int>(height);
  header.raster = at + 1;
  if (bytes.size() - header.raster < header.raster_size()) {
    wrong = "is truncated: " + std::to_string(bytes.size() - header.raster) + " of " +
            std::to_string(header.raster_size()) + " raster bytes";
    return std::nullopt;
  }
  return header;
}

bool decode_pnm(std::span<const std::uint8_t> bytes, Image& image, std::string& wrong) {
  const std::optional<PnmHeader> header = read_pnm_header(bytes, wrong);
  if (!header) return false;
  image.width = header->width;
  image.height = header->height;
  image.rgb.resize(image.row_bytes() * static_cast<std::size_t>(image.height));
  const std::uint8_t* raster = bytes.data() + header->raster;
  if (header->channels == 3) {
    std::memcpy(image.rgb.data(), raster, image.rgb.size());
  } else {
    for (std::size_t i = 0; i < header->raster_size(); ++i) {
      image.rgb[3 * i] = image.rgb[3 * i + 1] = image.rgb[3 * i + 2] = raster[i];
    }
  }
  return true;
}

void encode_ppm(const Image& image, std::vector<std::uint8_t>& out) {
  const std::string header =
      "P6\n" + std::to_string(image.width) + " " + std::to_string(image.height) + "\n255\n";
  out.insert(out.end(), header.begin(), header.end());
  out.insert(out.end(), image.rgb.begin(), image.rgb.end());
}

}  // namespace signpost
