#include "store/media_type.h"

#include <algorithm>
#include <array>

#include "codecs/decode.h"

namespace signpost {
namespace {

struct MediaType {
  std::string_view name, ending;  ///< the ending as image_type gives it
};

constexpr std::array kMediaTypes = {
    MediaType{"image/png", ".png"},
    MediaType{"image/jpeg", ".jpg"},
    MediaType{"image/webp", ".webp"},
    MediaType{"image/x-portable-pixmap", ".ppm"},
    MediaType{"image/x-portable-graymap", ".pgm"},
};

}  // namespace

std::string_view media_type_of(ByteView image) {
  const std::string_view type = image_type(image);
  const auto* found = std::ranges::find_if(
      kMediaTypes, [&](const MediaType& one) { return one.ending.substr(1) == type; });
  return found == kMediaTypes.end() ? "application/octet-stream" : found->name;
}

std::string_view ending_of(std::string_view media_type) {
  const auto* found = std::ranges::find(kMediaTypes, media_type, &MediaType::name);
  return found == kMediaTypes.end() ? "" : found->ending;
}

}  // namespace signpost
