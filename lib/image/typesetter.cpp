#include "image/typesetter.h"

#include <ft2build.h>
#include FT_FREETYPE_H

#include <cstdint>
#include <vector>

#include "base/error.h"

namespace signpost {
namespace {

constexpr std::string_view kEllipsis = "…";

/// Code points of UTF-8 text; a byte that is none becomes U+FFFD.
std::vector<char32_t> code_points(std::string_view text) {
  std::vector<char32_t> points;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80           ? 1
                               : (lead >> 5) == 0x06 ? 2
                               : (lead >> 4) == 0x0e ? 3
                               : (lead >> 3) == 0x1e ? 4
                                                     : 0;
    char32_t point = length == 1 ? lead : lead & (0x7fu >> length);
    bool good = length > 0 && i + length <= text.size();
    for (std::size_t k = 1; good && k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      good = (next & 0xc0) == 0x80;
      point = point << 6 | (next & 0x3f);
    }
    points.push_back(good ? point : U'\ufffd');
    i += good ? length : 1;
  }
  return points;
}

std::string utf8(const std::vector<char32_t>& points, std::size_t first, std::size_t last) {
  std::string text;
  for (std::size_t i = first; i < last; ++i) {
    const auto point = static_cast<std::uint32_t>(points[i]);
    const auto tail = [&](unsigned shift) {
      text += static_cast<char>(0x80 | ((point >> shift) & 0x3f));
    };
    if (point < 0x80) {
      text += static_cast<char>(point);
    } else if (point < 0x800) {
      text += static_cast<char>(0xc0 | (point >> 6));
      tail(0);
    } else if (point < 0x10000) {
      text += static_cast<char>(0xe0 | (point >> 12));
      tail(6);
      tail(0);
    } else {
      text += static_cast<char>(0xf0 | (point >> 18));
      tail(12);
      tail(6);
      tail(0);
    }
  }
  return text;
}

void blend(Image& image, int x, int y, unsigned cover, const Rgb& colour) {
  if (x < 0 || y < 0 || x >= image.width || y >= image.height) return;
  std::uint8_t* pixel = image.rgb.data() + static_cast<std::size_t>(y) * image.row_bytes() +
                        static_cast<std::size_t>(x) * 3;
  const std::uint8_t ink[] = {colour.r, colour.g, colour.b};
  for (int c = 0; c < 3; ++c)
    pixel[c] = static_cast<std::uint8_t>((pixel[c] * (255 - cover) + ink[c] * cover + 127) / 255);
}

}  // namespace

struct Typesetter::Font {
  FT_Library library = nullptr;
  FT_Face face = nullptr;
  ~Font() { FT_Done_FreeType(library); }  // takes its faces along

  /// The pen's way over `point` in 64ths of a pixel, kerned against the glyph before it.
  FT_Pos advance(char32_t point, FT_UInt& before) const {
    const FT_UInt glyph = FT_Get_Char_Index(face, point);
    FT_Vector kern = {0, 0};
    if (before && glyph) FT_Get_Kerning(face, before, glyph, FT_KERNING_DEFAULT, &kern);
    before = glyph;
    if (FT_Load_Glyph(face, glyph, FT_LOAD_DEFAULT | FT_LOAD_TARGET_LIGHT) != 0) return kern.x;
    return kern.x + face->glyph->advance.x;
  }

  int width(const std::vector<char32_t>& points, std::size_t first, std::size_t last) const {
    FT_Pos pen = 0;
    FT_UInt before = 0;
    for (std::size_t i = first; i < last; ++i) pen += advance(points[i], before);
    return static_cast<int>((pen + 63) / 64);
  }
};

Typesetter::Typesetter(int size) : font_(std::make_unique<Font>()), size_(size) {
  if (FT_Init_FreeType(&font_->library) != 0)
    throw Error(Blame::environment, "FreeType cannot be started");
  if (FT_New_Face(font_->library, SIGNPOST_FONT, 0, &font_->face) != 0 ||
      FT_Set_Pixel_Sizes(font_->face, 0, static_cast<FT_UInt>(size)) != 0) {
    throw Error(Blame::environment,
                "the font " SIGNPOST_FONT " cannot be read; install Debian's fonts-dejavu-core");
  }
}

Typesetter::~Typesetter() = default;

int Typesetter::width(std::string_view text) const {
  const std::vector<char32_t> points = code_points(text);
  return font_->width(points, 0, points.size());
}

std::string Typesetter::fitted(std::string_view text, int width, Cut cut) const {
  const std::vector<char32_t> points = code_points(text);
  if (font_->width(points, 0, points.size()) <= width) return std::string(text);
  const int room = width - this->width(kEllipsis);
  std::size_t kept = points.size();
  const auto kept_width = [&] {
    return cut == Cut::end ? font_->width(points, 0, kept)
                           : font_->width(points, points.size() - kept, points.size());
  };
  while (kept > 0 && kept_width() > room) --kept;
  if (kept == 0) return room >= 0 ? std::string(kEllipsis) : std::string();
  std::string result(cut == Cut::start ? kEllipsis : std::string_view());
  result +=
      cut == Cut::end ? utf8(points, 0, kept) : utf8(points, points.size() - kept, points.size());
  if (cut == Cut::end) result += kEllipsis;
  return result;
}

void Typesetter::draw(Image& image, int x, int y, std::string_view text, const Rgb& colour) const {
  FT_Pos pen = 0;
  FT_UInt before = 0;
  for (const char32_t point : code_points(text)) {
    const FT_Pos way = font_->advance(point, before);
    FT_GlyphSlot glyph = font_->face->glyph;
    if (FT_Render_Glyph(glyph, FT_RENDER_MODE_NORMAL) == 0) {
      const FT_Bitmap& bitmap = glyph->bitmap;
      const int left =
          x + static_cast<int>((pen + way - glyph->advance.x + 32) / 64) + glyph->bitmap_left;
      for (unsigned row = 0; row < bitmap.rows; ++row) {
        const unsigned char* cover =
            bitmap.buffer + static_cast<std::ptrdiff_t>(row) * bitmap.pitch;
        for (unsigned column = 0; column < bitmap.width; ++column) {
          blend(image, left + static_cast<int>(column),
                y - glyph->bitmap_top + static_cast<int>(row), cover[column], colour);
        }
      }
    }
    pen += way;
  }
}

}  // namespace signpost
