#include "codecs/orientation.h"

#include <libexif/exif-data.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace signpost {

int exif_orientation(std::span<const std::uint8_t> exif) {
  constexpr std::string_view kHeader("Exif\0\0", 6);
  std::vector<std::uint8_t> whole;
  if (exif.size() < kHeader.size() ||
      std::memcmp(exif.data(), kHeader.data(), kHeader.size()) != 0) {
    whole.assign(kHeader.begin(), kHeader.end());
    whole.insert(whole.end(), exif.begin(), exif.end());
    exif = whole;
  }
  const std::unique_ptr<ExifData, decltype(&exif_data_unref)> data(exif_data_new(),
                                                                   &exif_data_unref);
  if (!data) return 1;
  exif_data_unset_option(data.get(), EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
  exif_data_load_data(data.get(), exif.data(), static_cast<unsigned>(exif.size()));
  const ExifEntry* entry = exif_content_get_entry(data->ifd[EXIF_IFD_0], EXIF_TAG_ORIENTATION);
  if (!entry || entry->format != EXIF_FORMAT_SHORT || entry->size < 2) return 1;
  const int value = exif_get_short(entry->data, exif_data_get_byte_order(data.get()));
  return value >= 1 && value <= 8 ? value : 1;
}

void set_upright(Image& image, int orientation) {
  if (orientation <= 1 || orientation > 8) return;
  const bool turned = turns_sides(orientation);
  Image upright(turned ? image.height : image.width, turned ? image.width : image.height);
  const auto right = static_cast<std::size_t>(image.width) - 1;
  const auto bottom = static_cast<std::size_t>(image.height) - 1;
  for (std::size_t y = 0; y <= (turned ? right : bottom); ++y) {
    std::uint8_t* out = upright.rgb.data() + y * upright.row_bytes();
    for (std::size_t x = 0; x <= (turned ? bottom : right); ++x, out += 3) {
      // Where the pixel that is seen at (x, y) is stored.
      std::size_t from_x = turned ? y : x, from_y = turned ? x : y;
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
        from_x = right - from_x;
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
        from_y = bottom - from_y;
      std::memcpy(out, image.rgb.data() + from_y * image.row_bytes() + from_x * 3, 3);
    }
  }
  image = std::move(upright);
}

}  // namespace signpost
