#include "codecs/orientation.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace signpost {
namespace {

/// The numbers of a TIFF file (TIFF 6.0, section 2); 0 behind its end.
class Tiff {
 public:
  explicit Tiff(std::span<const std::uint8_t> bytes)
      : bytes_(bytes), big_(!bytes.empty() && bytes[0] == 'M') {}

  bool sound() const {
    return bytes_.size() >= 8 && bytes_[0] == bytes_[1] && (big_ || bytes_[0] == 'I') &&
           number(2, 2) == 42;
  }
  std::uint32_t number(std::size_t at, std::size_t size) const {
    if (at > bytes_.size() || size > bytes_.size() - at) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
      value = value << 8 | bytes_[big_ ? at + i : at + size - 1 - i];
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  bool big_;
};

}  // namespace

int exif_orientation(std::span<const std::uint8_t> exif) {
  constexpr std::uint8_t kHeader[] = {'E', 'x', 'i', 'f', 0, 0};
  constexpr std::uint32_t kOrientation = 0x0112, kShort = 3;
  if (exif.size() >= sizeof kHeader &&
      std::equal(std::begin(kHeader), std::end(kHeader), exif.begin()))
    exif = exif.subspan(sizeof kHeader);
  const Tiff tiff(exif);
  if (!tiff.sound()) return 1;
  const std::size_t folder = tiff.number(4, 4), entries = tiff.number(folder, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = folder + 2 + 12 * i;
    if (tiff.number(entry, 2) != kOrientation) continue;
    if (tiff.number(entry + 2, 2) != kShort || tiff.number(entry + 4, 4) != 1) return 1;
    const std::uint32_t value = tiff.number(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }
  return 1;
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
