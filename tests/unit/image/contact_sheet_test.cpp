#include "image/contact_sheet.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

#include "image/typesetter.h"

namespace signpost {
namespace {

using Colour = std::array<int, 3>;

Image filled(int width, int height, const Colour& colour) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.rgb.size(); ++i)
    image.rgb[i] = static_cast<std::uint8_t>(colour[i % 3]);
  return image;
}

Colour at(const Image& image, int x, int y) {
  const std::size_t i =
      static_cast<std::size_t>(y) * image.row_bytes() + static_cast<std::size_t>(x) * 3;
  return {image.rgb[i], image.rgb[i + 1], image.rgb[i + 2]};
}

constexpr Colour kRed = {200, 10, 10}, kMount = {226, 229, 232}, kFrame = {57, 255, 20};

}  // namespace

TEST_CASE("a picture keeps its aspect in a tile and stands in the middle") {
  const Image tile = tile_picture(filled(40, 20, kRed), 80, nullptr);
  CHECK(tile.width == 80);
  CHECK(tile.height == 80);
  CHECK(at(tile, 40, 19) == kMount);
  CHECK(at(tile, 40, 20) == kRed);
  CHECK(at(tile, 40, 59) == kRed);
  CHECK(at(tile, 40, 60) == kMount);
  CHECK(at(tile, 0, 40) == kRed);
}

TEST_CASE("the frame stands where the box is, at any scale") {
  const Box box{10, 5, 30, 15};
  const Image enlarged = tile_picture(filled(40, 20, kRed), 80, &box);
  CHECK(at(enlarged, 20, 40) == kFrame);  // left edge at 10 of 40
  CHECK(at(enlarged, 59, 40) == kFrame);
  CHECK(at(enlarged, 40, 30) == kFrame);  // top edge at 5 of 20, below 20 of mount
  CHECK(at(enlarged, 40, 49) == kFrame);
  CHECK(at(enlarged, 40, 40) == kRed);
  const Box far{390, 190, 400, 200};
  const Image shrunk = tile_picture(filled(400, 200, kRed), 40, &far);
  CHECK(at(shrunk, 39, 29) == kFrame);
}

TEST_CASE("one pixel, and a picture a thousand times as wide as high, have a tile too") {
  CHECK(at(tile_picture(filled(1, 1, kRed), 32, nullptr), 16, 16) == kRed);
  CHECK(at(tile_picture(filled(3000, 2, kRed), 32, nullptr), 16, 15) == kRed);
}

TEST_CASE("a sheet is as large as it says and places its tiles in columns") {
  SheetLayout layout;
  layout.columns = 3;
  layout.tile_px = 32;
  SheetRow row;
  for (int i = 0; i < 2; ++i) {
    Tile& tile = row.tiles.emplace_back();
    tile.pictures.push_back(filled(32, 32, {10 * (i + 1), 0, 0}));
  }
  const std::vector<SheetRow> rows = {row, row};
  const Image sheet = draw_sheet(rows, layout);
  CHECK(sheet.width == 8 + 3 * 40);
  CHECK(sheet.height == 8 + 2 * 40);
  CHECK(sheet_pixels(layout, 2) == std::int64_t{sheet.width} * sheet.height);
  CHECK(at(sheet, 8, 8) == Colour{10, 0, 0});
  CHECK(at(sheet, 48, 8) == Colour{20, 0, 0});
  CHECK(at(sheet, 48, 48) == Colour{20, 0, 0});
  CHECK(at(sheet, 88, 8) == Colour{255, 255, 255});
}

TEST_CASE("captions stand below the pictures, headings above, and both within the sheet") {
  SheetLayout layout;
  layout.columns = 1;
  layout.tile_px = 64;
  SheetRow row;
  Tile& tile = row.tiles.emplace_back();
  tile.pictures.push_back(filled(64, 64, kRed));
  const auto dark_rows = [](const Image& sheet) {
    std::vector<int> rows;
    for (int y = 0; y < sheet.height; ++y) {
      for (int x = 0; x < sheet.width; ++x) {
        const Colour c = at(sheet, x, y);
        if (c != kRed && *std::max_element(c.begin(), c.end()) < 160) {
          rows.push_back(y);
          break;
        }
      }
    }
    return rows;
  };
  CHECK(dark_rows(draw_sheet(std::vector{row}, layout)).empty());
  tile.title = "14 Überholverbot für Kraftfahrzeuge";
  tile.tail = "a-very-long-identifier_00013";
  tile.split = "test";
  const std::vector<int> captions = dark_rows(draw_sheet(std::vector{row}, layout));
  REQUIRE_FALSE(captions.empty());
  CHECK(captions.front() >= 8 + 64);
  layout.headings = true;
  row.heading = "14 Stop";
  const std::vector<int> headed = dark_rows(draw_sheet(std::vector{row}, layout));
  CHECK(headed.front() >= 8);
  CHECK(headed.front() < 8 + 16);
}

TEST_CASE("a broken tile is marked and needs no picture") {
  SheetLayout layout;
  layout.columns = 1;
  SheetRow row;
  row.tiles.emplace_back().broken = true;
  const Image sheet = draw_sheet(std::vector{row}, layout);
  CHECK(at(sheet, 9, 9) == Colour{251, 233, 233});
}

TEST_CASE("text is cut where a character ends, at the end or at the start") {
  const Typesetter type(12);
  CHECK(type.fitted("Stop", 1000, Typesetter::Cut::end) == "Stop");
  const int room = type.width("Überhol…");
  const std::string end = type.fitted("Überholverbot", room, Typesetter::Cut::end);
  CHECK(end == "Überhol…");
  const std::string start = type.fitted("00023_00013", type.width("…0013"), Typesetter::Cut::start);
  CHECK(start == "…0013");
  CHECK(type.fitted("Stop", 0, Typesetter::Cut::end).empty());
  CHECK(type.width("ii") < type.width("WW"));
}

TEST_CASE("text that is not UTF-8, or leaves the image, is drawn without harm") {
  const Typesetter type(12);
  Image image = filled(20, 10, {255, 255, 255});
  type.draw(image, -5, 4, "W\xff\xc3", {0, 0, 0});
  type.draw(image, 15, 30, "Wide text beyond the edge", {0, 0, 0});
  type.draw(image, 15, 9, "Wide text beyond the edge", {0, 0, 0});
  CHECK(image != filled(20, 10, {255, 255, 255}));
  CHECK(type.fitted("\xff\xff\xff\xff\xff", type.width("…\xff"), Typesetter::Cut::start) ==
        "…\xef\xbf\xbd");
}

}  // namespace signpost
