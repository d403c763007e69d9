#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pixels/image.h"
#include "pixels/preprocess.h"

namespace signpost {

/// The grid of a contact sheet. All lengths are pixels.
struct SheetLayout {
  int columns = 12;       ///< tiles in a row
  int tile_px = 112;      ///< side of a picture, at least kLeastTile
  int pictures = 1;       ///< side by side in each tile
  bool headings = false;  ///< rows have a line above them, and tiles no title
  static constexpr int kLeastTile = 16;
  /// Smaller tiles have no captions: nothing would be readable.
  static constexpr int kLeastCaptioned = 64;
};

/// One sample on a sheet.
struct Tile {
  std::vector<Image> pictures;  ///< each tile_px x tile_px, as `tile_picture` makes them
  std::string title;            ///< cut at its end where it is too long
  std::string tail;             ///< the end of the id; cut at its start
  std::string split;            ///< "train", "val", "test" or nothing
  bool broken = false;          ///< has no pictures and is marked so
};

struct SheetRow {
  std::string heading;
  std::vector<Tile> tiles;  ///< at most `columns`
};

/// `image` scaled to fit a square of `side` pixels, centred, its aspect kept, with `box` (in the
/// pixels of `image`; null for none) drawn as a frame. Area averages when shrinking, cubic when
/// enlarging. Thread-safe.
Image tile_picture(const Image& image, int side, const Box* box);

/// How many pixels a sheet of `rows` rows has.
std::int64_t sheet_pixels(const SheetLayout& layout, std::size_t rows);

/// Draws a sheet as high as its rows. Throws Error{environment} if the font cannot be read.
Image draw_sheet(std::span<const SheetRow> rows, const SheetLayout& layout);

}  // namespace signpost
