#include "image/sign_drawing.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "image/sign_glyphs.h"

namespace signpost {
namespace {

constexpr Point kCentre{0.5, 0.5};

/// An equilateral triangle whose incircle has radius `inner`, on the same incentre for each, so
/// that one inside the other leaves a border of even width.
Contour warning_triangle(double inner, double corner) {
  const Point incentre{0.5, 0.630};
  const double reach = 2 * inner, wide = inner * std::numbers::sqrt3;
  return rounded({{incentre.x, incentre.y - reach},
                  {incentre.x + wide, incentre.y + inner},
                  {incentre.x - wide, incentre.y + inner}},
                 corner);
}

Contour upside_down(Contour contour) {
  for (Point& point : contour) point.y = 1 - point.y;
  return contour;
}

Contour octagon(double radius) {
  Contour corners;
  for (int i = 0; i < 8; ++i) {
    const double angle = (22.5 + 45 * i) * std::numbers::pi / 180,
                 reach = radius / std::cos(std::numbers::pi / 8);
    corners.push_back({0.5 + reach * std::cos(angle), 0.5 + reach * std::sin(angle)});
  }
  return corners;
}

Contour diamond(double radius, double corner) {
  const double reach = radius + corner * (std::numbers::sqrt2 - 1);
  return rounded({{0.5, 0.5 - reach}, {0.5 + reach, 0.5}, {0.5, 0.5 + reach}, {0.5 - reach, 0.5}},
                 corner);
}

/// The first of `layers` is the plate.
SignDrawing layered(int id, std::vector<SignPart> layers, const Glyph& glyph) {
  SignDrawing drawing{id, layers.front().contours.front(), std::move(layers)};
  drawing.shapes.insert(drawing.shapes.end(), glyph.begin(), glyph.end());
  return drawing;
}

SignPart area(Ink ink, Contour contour) { return {ink, {std::move(contour)}, 0, false}; }

SignDrawing prohibition(int id, const Glyph& glyph) {
  return layered(id,
                 {disc(Ink::white, kCentre, 0.5), disc(Ink::red, kCentre, 0.488),
                  disc(Ink::white, kCentre, 0.378)},
                 glyph);
}

SignDrawing end_of(int id, Glyph glyph) {
  const Glyph stripes = end_stripes();
  glyph.insert(glyph.end(), stripes.begin(), stripes.end());
  return layered(id,
                 {disc(Ink::white, kCentre, 0.5), disc(Ink::black, kCentre, 0.480),
                  disc(Ink::white, kCentre, 0.455)},
                 glyph);
}

SignDrawing mandatory(int id, const Glyph& glyph) {
  return layered(id, {disc(Ink::white, kCentre, 0.5), disc(Ink::blue, kCentre, 0.482)}, glyph);
}

SignDrawing warning(int id, const Glyph& glyph) {
  return layered(id,
                 {area(Ink::white, warning_triangle(0.3096, 0.05)),
                  area(Ink::red, warning_triangle(0.296, 0.038)),
                  area(Ink::white, warning_triangle(0.212, 0.012))},
                 glyph);
}

SignDrawing priority_road() {
  return layered(12,
                 {area(Ink::white, diamond(0.5, 0.07)), area(Ink::grey, diamond(0.484, 0.06)),
                  area(Ink::white, diamond(0.472, 0.055)), area(Ink::yellow, diamond(0.31, 0.02))},
                 {});
}

SignDrawing yield_sign() {
  return layered(13,
                 {area(Ink::white, upside_down(warning_triangle(0.3096, 0.05))),
                  area(Ink::red, upside_down(warning_triangle(0.296, 0.038))),
                  area(Ink::white, upside_down(warning_triangle(0.205, 0.012)))},
                 {});
}

SignDrawing stop_sign() {
  return layered(14, {area(Ink::white, octagon(0.5)), area(Ink::red, octagon(0.478))},
                 stop_letters());
}

SignDrawing no_entry() {
  return layered(17, {disc(Ink::white, kCentre, 0.5), disc(Ink::red, kCentre, 0.485)},
                 {filled(Ink::white, "M 0.12 0.415 L 0.88 0.415 L 0.88 0.585 L 0.12 0.585 Z")});
}

SignDrawing speed_limit(int id, std::string_view digits) {
  return prohibition(id, number(digits, Ink::black, digits.size() > 2 ? 0.41 : 0.45,
                                digits.size() > 2 ? 0.90 : 0.96));
}

std::vector<SignDrawing> draw_all() {
  return {speed_limit(0, "20"),
          speed_limit(1, "30"),
          speed_limit(2, "50"),
          speed_limit(3, "60"),
          speed_limit(4, "70"),
          speed_limit(5, "80"),
          end_of(6, number("80", Ink::grey, 0.50, 1.1)),
          speed_limit(7, "100"),
          speed_limit(8, "120"),
          prohibition(9, overtaking(false, Ink::red, Ink::black)),
          prohibition(10, overtaking(true, Ink::red, Ink::black)),
          warning(11, priority_arrow()),
          priority_road(),
          yield_sign(),
          stop_sign(),
          prohibition(15, {}),
          prohibition(16, lorry_from_the_side()),
          no_entry(),
          warning(18, exclamation()),
          warning(19, curve_left()),
          warning(20, mirrored(curve_left())),
          warning(21, double_curve()),
          warning(22, bumps()),
          warning(23, slipping_car()),
          warning(24, narrowing_right()),
          warning(25, road_worker()),
          warning(26, traffic_light()),
          warning(27, pedestrian()),
          warning(28, children()),
          warning(29, bicycle()),
          warning(30, snowflake()),
          warning(31, deer()),
          end_of(32, {}),
          mandatory(33, arrow_turn_right()),
          mandatory(34, mirrored(arrow_turn_right())),
          mandatory(35, arrow_ahead()),
          mandatory(36, arrow_ahead_or_right()),
          mandatory(37, mirrored(arrow_ahead_or_right())),
          mandatory(38, arrow_keep_right()),
          mandatory(39, mirrored(arrow_keep_right())),
          mandatory(40, arrows_roundabout()),
          end_of(41, overtaking(false, Ink::grey, Ink::grey)),
          end_of(42, overtaking(true, Ink::grey, Ink::grey))};
}

}  // namespace

const Palette& new_sign_palette() {
  static constexpr Palette kPalette = {Rgb{238, 238, 236}, Rgb{190, 24, 30}, Rgb{10, 84, 165},
                                       Rgb{244, 178, 18},  Rgb{28, 28, 30},  Rgb{136, 138, 140},
                                       Rgb{18, 146, 86}};
  return kPalette;
}

std::span<const SignDrawing> sign_drawings() {
  static const std::vector<SignDrawing> drawings = draw_all();
  return drawings;
}

const SignDrawing* find_sign_drawing(int class_id) {
  const std::span<const SignDrawing> drawings = sign_drawings();
  const auto at = std::ranges::lower_bound(drawings, class_id, {}, &SignDrawing::class_id);
  return at != drawings.end() && at->class_id == class_id ? &*at : nullptr;
}

}  // namespace signpost
