#include "image/contact_sheet.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "image/typesetter.h"

namespace signpost {
namespace {

constexpr Rgb kPaper{255, 255, 255}, kMount{226, 229, 232}, kInk{27, 31, 35}, kSoft{87, 96, 106},
    kBroken{193, 18, 31}, kBrokenGround{251, 233, 233}, kFrame{57, 255, 20}, kShade{0, 0, 0};
constexpr int kGap = 8;      // between tiles, and around them all
constexpr int kSeam = 2;     // between the pictures of a tile
constexpr int kLeading = 4;  // between lines of text

cv::Scalar scalar(const Rgb& colour) {
  return {double(colour.r), double(colour.g), double(colour.b)};
}

cv::Mat view_of(Image& image) {
  return {image.height, image.width, CV_8UC3, image.rgb.data(), image.row_bytes()};
}

Image blank(int width, int height, const Rgb& colour) {
  Image image(width, height);
  view_of(image).setTo(scalar(colour));
  return image;
}

Rgb split_colour(const std::string& split) {
  if (split == "train") return {31, 111, 178};
  if (split == "val") return {194, 106, 0};
  if (split == "test") return {26, 138, 99};
  return kSoft;
}

/// Lengths that follow from a layout.
struct Metrics {
  int letter, line, captions, heading, tile_width, row_height, width;
  explicit Metrics(const SheetLayout& layout)
      : letter(std::clamp(layout.tile_px / 11, 10, 14)),
        line(letter + kLeading),
        captions(layout.tile_px < SheetLayout::kLeastCaptioned ? 0
                                                               : (layout.headings ? 1 : 2) * line),
        heading(layout.headings ? line + kLeading + 2 : 0),
        tile_width(layout.pictures * layout.tile_px + (layout.pictures - 1) * kSeam),
        row_height(heading + layout.tile_px + captions + kGap),
        width(kGap + layout.columns * (tile_width + kGap)) {}
};

void mark_broken(Image& sheet, int x, int y, const Metrics& metrics, int side,
                 const Typesetter& type) {
  cv::Mat area = view_of(sheet)(cv::Rect(x, y, metrics.tile_width, side));
  area.setTo(scalar(kBrokenGround));
  const int arm = side / 8;
  const cv::Point centre(metrics.tile_width / 2, side / 2 - side / 10);
  for (const int slope : {-1, 1}) {
    cv::line(area, centre - cv::Point(arm, slope * arm), centre + cv::Point(arm, slope * arm),
             scalar(kBroken), std::max(1, side / 28), cv::LINE_AA);
  }
  const std::string words = type.fitted("unreadable", metrics.tile_width - 4, Typesetter::Cut::end);
  if (metrics.captions > 0) {
    type.draw(sheet, x + (metrics.tile_width - type.width(words)) / 2,
              y + side / 2 + side / 10 + type.size(), words, kBroken);
  }
}

void draw_captions(Image& sheet, int x, int y, const Tile& tile, const SheetLayout& layout,
                   const Metrics& metrics, const Typesetter& type) {
  int baseline = y + layout.tile_px + metrics.letter + 1;
  if (!layout.headings) {
    type.draw(sheet, x, baseline, type.fitted(tile.title, metrics.tile_width, Typesetter::Cut::end),
              kInk);
    baseline += metrics.line;
  }
  int room = metrics.tile_width;
  if (!tile.split.empty()) {
    const int wide = type.width(tile.split);
    type.draw(sheet, x + room - wide, baseline, tile.split, split_colour(tile.split));
    room -= wide + kLeading;
  }
  type.draw(sheet, x, baseline, type.fitted(tile.tail, room, Typesetter::Cut::start), kSoft);
}

}  // namespace

Image tile_picture(const Image& image, int side, const Box* box) {
  Image tile = blank(side, side, kMount);
  const double scale = static_cast<double>(side) / std::max(image.width, image.height);
  const int width = std::clamp(static_cast<int>(std::lround(image.width * scale)), 1, side);
  const int height = std::clamp(static_cast<int>(std::lround(image.height * scale)), 1, side);
  const cv::Rect place((side - width) / 2, (side - height) / 2, width, height);
  const cv::Mat source(image.height, image.width, CV_8UC3,
                       const_cast<std::uint8_t*>(image.rgb.data()), image.row_bytes());
  cv::Mat target = view_of(tile)(place);
  cv::resize(source, target, target.size(), 0, 0, scale < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  if (!box) return tile;
  const auto edge = [&](int at, int whole, int drawn) {
    return std::clamp(static_cast<int>(std::lround(static_cast<double>(at) * drawn / whole)), 0,
                      drawn);
  };
  const int x1 = edge(box->x1, image.width, width), x2 = edge(box->x2, image.width, width);
  const int y1 = edge(box->y1, image.height, height), y2 = edge(box->y2, image.height, height);
  // However small the box is drawn, its frame has an inside, and stands within the picture.
  const cv::Rect frame(std::clamp(x1, 0, std::max(0, width - 3)),
                       std::clamp(y1, 0, std::max(0, height - 3)), std::max(3, x2 - x1),
                       std::max(3, y2 - y1));
  // Light beside dark: one of the two shows on any ground.
  cv::rectangle(target, frame - cv::Point(1, 1) + cv::Size(2, 2), scalar(kShade));
  cv::rectangle(target, frame, scalar(kFrame));
  return tile;
}

std::int64_t sheet_pixels(const SheetLayout& layout, std::size_t rows) {
  const Metrics metrics(layout);
  return std::int64_t{metrics.width} *
         (kGap + static_cast<std::int64_t>(rows) * metrics.row_height);
}

Image draw_sheet(std::span<const SheetRow> rows, const SheetLayout& layout) {
  const Metrics metrics(layout);
  const Typesetter type(metrics.letter);
  Image sheet =
      blank(metrics.width, kGap + static_cast<int>(rows.size()) * metrics.row_height, kPaper);
  int y = kGap;
  for (const SheetRow& row : rows) {
    if (layout.headings) {
      type.draw(sheet, kGap, y + metrics.letter,
                type.fitted(row.heading, metrics.width - 2 * kGap, Typesetter::Cut::end), kInk);
    }
    int x = kGap;
    for (const Tile& tile : row.tiles) {
      const int top = y + metrics.heading;
      if (tile.broken) {
        mark_broken(sheet, x, top, metrics, layout.tile_px, type);
      } else {
        int left = x;
        for (Image picture : tile.pictures) {
          view_of(picture).copyTo(
              view_of(sheet)(cv::Rect(left, top, layout.tile_px, layout.tile_px)));
          left += layout.tile_px + kSeam;
        }
      }
      if (metrics.captions > 0) draw_captions(sheet, x, top, tile, layout, metrics, type);
      x += metrics.tile_width + kGap;
    }
    y += metrics.row_height;
  }
  return sheet;
}

}  // namespace signpost
