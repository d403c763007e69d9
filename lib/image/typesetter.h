#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "image/sign_drawing.h"
#include "pixels/image.h"

namespace signpost {

/// Sets lines of text into images, in DejaVu Sans at one size, by FreeType, antialiased. Text is
/// UTF-8; a character that the font lacks is drawn as a box. Not thread-safe.
class Typesetter {
 public:
  /// Letters of `size` pixels (the height of the em square). Throws Error{environment} if the font
  /// cannot be read.
  explicit Typesetter(int size);
  ~Typesetter();
  Typesetter(const Typesetter&) = delete;
  Typesetter& operator=(const Typesetter&) = delete;

  int size() const { return size_; }
  int width(std::string_view text) const;

  enum class Cut { end, start };
  /// `text`, or what of it fits into `width` pixels with an ellipsis where it was cut.
  std::string fitted(std::string_view text, int width, Cut cut) const;

  /// Draws `text` with its baseline's left end at (x, y). What lies outside `image` is not drawn.
  void draw(Image& image, int x, int y, std::string_view text, const Rgb& colour) const;

 private:
  struct Font;
  std::unique_ptr<Font> font_;
  int size_;
};

}  // namespace signpost
