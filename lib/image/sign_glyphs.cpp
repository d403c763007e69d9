#include "image/sign_glyphs.h"

#include <cmath>
#include <numbers>

namespace signpost {
namespace {

/// A car from behind in a box 1 wide and 0.74 high; `ground` shows through its window and lamps.
Glyph car_from_behind(Ink ink, Ink ground) {
  return {
      filled(ink,
             "M 0.22 0 L 0.78 0 L 0.91 0.28 L 1 0.34 L 1 0.60 L 0.96 0.60 L 0.96 0.74 L 0.77 0.74 "
             "L 0.77 0.60 L 0.23 0.60 L 0.23 0.74 L 0.04 0.74 L 0.04 0.60 L 0 0.60 L 0 0.34 "
             "L 0.09 0.28 Z"),
      filled(ground, "M 0.29 0.08 L 0.71 0.08 L 0.79 0.28 L 0.21 0.28 Z"),
      filled(ground, "M 0.07 0.40 L 0.22 0.40 L 0.22 0.48 L 0.07 0.48 Z"),
      filled(ground, "M 0.78 0.40 L 0.93 0.40 L 0.93 0.48 L 0.78 0.48 Z")};
}

/// A lorry from behind in a box 1 wide and 1.2 high.
Glyph lorry_from_behind(Ink ink, Ink ground) {
  return {filled(ink,
                 "M 0 0 L 1 0 L 1 1.02 L 0.92 1.02 L 0.92 1.2 L 0.70 1.2 L 0.70 1.02 L 0.30 1.02 "
                 "L 0.30 1.2 L 0.08 1.2 L 0.08 1.02 L 0 1.02 Z"),
          filled(ground, "M 0.07 0.84 L 0.93 0.84 L 0.93 0.89 L 0.07 0.89 Z")};
}

void append(Glyph& glyph, const Glyph& more) {
  glyph.insert(glyph.end(), more.begin(), more.end());
}

/// Centre lines in a box 0.42 wide and 0.86 high, for a pen of 0.14.
std::string_view digit_path(char digit) {
  switch (digit) {
    case '0':
      return "M 0 0.23 C 0 0.08 0.08 0 0.21 0 C 0.34 0 0.42 0.08 0.42 0.23 L 0.42 0.63 "
             "C 0.42 0.78 0.34 0.86 0.21 0.86 C 0.08 0.86 0 0.78 0 0.63 Z";
    case '1':
      return "M 0.04 0.24 L 0.24 0 L 0.24 0.93";
    case '2':
      return "M 0 0.25 C 0 0.09 0.08 0 0.21 0 C 0.34 0 0.42 0.08 0.42 0.22 C 0.42 0.33 0.38 0.40 "
             "0.30 0.51 L 0.04 0.86 L 0.48 0.86";
    case '3':
      return "M 0.01 0.21 C 0.02 0.07 0.10 0 0.21 0 C 0.34 0 0.41 0.08 0.41 0.20 C 0.41 0.32 0.34 "
             "0.40 0.21 0.40 L 0.15 0.40 M 0.21 0.40 C 0.34 0.40 0.42 0.49 0.42 0.63 C 0.42 0.77 "
             "0.34 "
             "0.86 0.21 0.86 C 0.09 0.86 0.01 0.79 0 0.64";
    case '5':
      return "M 0.42 0 L 0.06 0 L 0.03 0.42 C 0.08 0.35 0.14 0.32 0.21 0.32 C 0.34 0.32 0.42 0.42 "
             "0.42 "
             "0.58 C 0.42 0.76 0.34 0.86 0.21 0.86 C 0.09 0.86 0.01 0.79 0 0.66";
    case '6':
      return "M 0.34 -0.05 C 0.20 0.14 0 0.34 0 0.60 C 0 0.76 0.08 0.86 0.21 0.86 C 0.34 0.86 0.42 "
             "0.76 0.42 "
             "0.61 C 0.42 0.46 0.34 0.36 0.22 0.36 C 0.16 0.36 0.11 0.38 0.07 0.42";
    case '7':
      return "M -0.05 0 L 0.42 0 L 0.14 0.93";
    case '8':
      return "M 0.21 0.40 C 0.09 0.40 0.03 0.32 0.03 0.20 C 0.03 0.08 0.10 0 0.21 0 C 0.32 0 0.39 "
             "0.08 "
             "0.39 0.20 C 0.39 0.32 0.33 0.40 0.21 0.40 C 0.08 0.40 0 0.49 0 0.63 C 0 0.77 0.08 "
             "0.86 "
             "0.21 0.86 C 0.34 0.86 0.42 0.77 0.42 0.63 C 0.42 0.49 0.34 0.40 0.21 0.40 Z";
    default:
      return "";
  }
}

/// A barbed head with its tip at `tip`, for a stem of `stem` width that comes from the direction of
/// `degrees` (0 points up, 90 right). `reach` is half its width.
SignPart arrow_head(Point tip, double degrees, double reach, double stem) {
  const double barb = stem * 0.85, half = stem / 2;
  const Contour up = {{0, 0},
                      {reach, reach},
                      {reach, reach + barb},
                      {half, barb + half},
                      {-half, barb + half},
                      {-reach, reach + barb},
                      {-reach, reach}};
  SignPart shape{Ink::white, {up}, 0, false};
  shape.contours = mapped(shape.contours, translation(tip.x, tip.y).after(rotation(degrees, {})));
  return shape;
}

}  // namespace

SignPart filled(Ink ink, std::string_view path) { return {ink, parse_path(path), 0, false}; }

SignPart line(Ink ink, double width, std::string_view path, bool round_ends) {
  return {ink, parse_path(path), width, round_ends};
}

SignPart disc(Ink ink, Point centre, double radius) {
  return {ink, {circle(centre, radius)}, 0, false};
}

Glyph mapped(Glyph glyph, const AffineMap& map) {
  const double scale = std::sqrt(std::abs(map.a * map.d - map.b * map.c));
  for (SignPart& shape : glyph) {
    shape.contours = mapped(std::move(shape.contours), map);
    shape.stroke *= scale;
  }
  return glyph;
}

Glyph mirrored(Glyph glyph) { return mapped(std::move(glyph), {-1, 0, 0, 1, 1, 0}); }

Glyph number(std::string_view digits, Ink ink, double height, double stretch) {
  constexpr double kPen = 0.15, kGap = 0.10;
  const auto advance = [](char digit) { return digit == '1' ? 0.31 : 0.42; };
  double width = -kGap;
  for (const char digit : digits) width += advance(digit) + kPen + kGap;
  const double x_scale = height * stretch;
  Glyph glyph;
  double x = 0.5 - width / 2 * x_scale + kPen / 2 * x_scale;
  for (const char digit : digits) {
    const AffineMap place{x_scale, 0, 0, height, x, 0.5 - 0.43 * height};
    // The pen keeps its width however the digit is stretched.
    SignPart shape = line(ink, kPen * height, digit_path(digit));
    shape.contours = mapped(std::move(shape.contours), place);
    glyph.push_back(std::move(shape));
    x += (advance(digit) + kPen + kGap) * x_scale;
  }
  return glyph;
}

Glyph stop_letters() {
  constexpr double kPen = 0.046;
  return {
      line(Ink::white, kPen,
           "M 0.268 0.425 C 0.268 0.385 0.243 0.37 0.218 0.37 C 0.188 0.37 0.163 0.39 0.163 0.428 "
           "C 0.163 0.472 0.193 0.482 0.218 0.494 C 0.248 0.508 0.272 0.526 0.272 0.568 "
           "C 0.272 0.61 0.248 0.63 0.216 0.63 C 0.186 0.63 0.160 0.61 0.160 0.57"),
      line(Ink::white, kPen, "M 0.315 0.37 L 0.485 0.37 M 0.40 0.37 L 0.40 0.653"),
      line(Ink::white, kPen,
           "M 0.530 0.44 C 0.530 0.39 0.550 0.37 0.584 0.37 C 0.618 0.37 0.638 0.39 0.638 0.44 "
           "L 0.638 0.56 C 0.638 0.61 0.618 0.63 0.584 0.63 C 0.550 0.63 0.530 0.61 0.530 0.56 Z"),
      line(Ink::white, kPen,
           "M 0.728 0.653 L 0.728 0.37 L 0.785 0.37 C 0.822 0.37 0.840 0.40 0.840 0.437 "
           "C 0.840 0.475 0.822 0.505 0.785 0.505 L 0.728 0.505")};
}

Glyph end_stripes() {
  Glyph glyph;
  for (int i = -2; i <= 2; ++i) {
    // The lines are a chord of the plate at 45 degrees, `offset` away from its centre.
    const double offset = 0.043 * i, reach = std::sqrt(0.455 * 0.455 - offset * offset);
    const double d = std::numbers::sqrt2 / 2;
    SignPart shape{Ink::black, {}, 0.019, false};
    shape.contours = {{{0.5 + (offset - reach) * d, 0.5 + (offset + reach) * d},
                       {0.5 + (offset + reach) * d, 0.5 + (offset - reach) * d}}};
    glyph.push_back(std::move(shape));
  }
  return glyph;
}

Glyph overtaking(bool lorry, Ink left, Ink right) {
  Glyph glyph = lorry ? mapped(lorry_from_behind(left, Ink::white),
                               translation(0.185, 0.355).after(scaling(0.275, 0.275)))
                      : mapped(car_from_behind(left, Ink::white),
                               translation(0.165, 0.41).after(scaling(0.30, 0.30)));
  append(glyph, mapped(car_from_behind(right, Ink::white),
                       lorry ? translation(0.525, 0.462).after(scaling(0.30, 0.30))
                             : translation(0.535, 0.41).after(scaling(0.30, 0.30))));
  return glyph;
}

Glyph lorry_from_the_side() {
  return {filled(Ink::black, "M 0.425 0.355 L 0.80 0.355 L 0.80 0.565 L 0.425 0.565 Z"),
          filled(Ink::black,
                 "M 0.40 0.405 L 0.265 0.405 L 0.225 0.50 L 0.205 0.515 L 0.205 0.61 L 0.80 0.61 "
                 "L 0.80 0.58 L 0.40 0.58 Z"),
          filled(Ink::white, "M 0.36 0.43 L 0.28 0.43 L 0.252 0.50 L 0.36 0.50 Z"),
          disc(Ink::white, {0.295, 0.61}, 0.062),
          disc(Ink::black, {0.295, 0.61}, 0.048),
          disc(Ink::white, {0.295, 0.61}, 0.016),
          disc(Ink::white, {0.685, 0.61}, 0.062),
          disc(Ink::black, {0.685, 0.61}, 0.048),
          disc(Ink::white, {0.685, 0.61}, 0.016)};
}

Glyph priority_arrow() {
  return {filled(Ink::black,
                 "M 0.5 0.36 L 0.575 0.455 L 0.575 0.78 L 0.5 0.72 L 0.425 0.78 L 0.425 0.455 Z"),
          filled(Ink::black, "M 0.325 0.575 L 0.675 0.575 L 0.675 0.625 L 0.325 0.625 Z")};
}

Glyph exclamation() {
  return {
      filled(Ink::black,
             "M 0.455 0.385 C 0.455 0.335 0.545 0.335 0.545 0.385 L 0.522 0.655 L 0.478 0.655 Z"),
      disc(Ink::black, {0.5, 0.735}, 0.045)};
}

Glyph curve_left() {
  return {line(Ink::black, 0.078,
               "M 0.585 0.80 L 0.585 0.66 C 0.585 0.60 0.55 0.572 0.49 0.572 L 0.46 0.572"),
          filled(Ink::black, "M 0.335 0.572 L 0.475 0.475 L 0.475 0.669 Z")};
}

Glyph double_curve() {
  return {line(Ink::black, 0.076, "M 0.587 0.80 L 0.587 0.60 L 0.447 0.68 L 0.447 0.47"),
          filled(Ink::black, "M 0.447 0.375 L 0.512 0.49 L 0.382 0.49 Z")};
}

Glyph bumps() {
  return {filled(
      Ink::black,
      "M 0.27 0.79 L 0.27 0.74 C 0.33 0.74 0.34 0.64 0.395 0.64 C 0.45 0.64 0.45 0.72 0.5 0.72 "
      "C 0.55 0.72 0.55 0.64 0.605 0.64 C 0.66 0.64 0.67 0.74 0.73 0.74 L 0.73 0.79 Z")};
}

Glyph slipping_car() {
  const Glyph car = {filled(Ink::black,
                            "M 0 0.42 L 1 0.42 L 1 0.84 L 0.94 0.84 L 0.94 1 L 0.74 1 L 0.74 0.84 "
                            "L 0.26 0.84 L 0.26 1 "
                            "L 0.06 1 L 0.06 0.84 L 0 0.84 Z"),
                     line(Ink::black, 0.075, "M 0.10 0.42 L 0.18 0.04 L 0.82 0.04 L 0.90 0.42")};
  Glyph glyph = mapped(
      car,
      rotation(13, {0.52, 0.555}).after(translation(0.405, 0.455).after(scaling(0.23, 0.215))));
  append(glyph,
         {line(Ink::black, 0.026,
               "M 0.42 0.68 C 0.30 0.69 0.30 0.735 0.40 0.735 C 0.50 0.735 0.47 0.79 0.34 0.79"),
          line(Ink::black, 0.026,
               "M 0.57 0.715 C 0.50 0.72 0.50 0.76 0.58 0.765 C 0.66 0.77 0.66 0.785 0.70 0.80")});
  return glyph;
}

Glyph narrowing_right() {
  return {line(Ink::black, 0.055, "M 0.425 0.43 L 0.425 0.79"),
          line(Ink::black, 0.055, "M 0.525 0.43 L 0.525 0.56 L 0.595 0.635 L 0.595 0.79")};
}

Glyph road_worker() {
  return {disc(Ink::black, {0.463, 0.425}, 0.036),
          line(Ink::black, 0.075, "M 0.440 0.50 L 0.412 0.62", true),
          line(Ink::black, 0.045, "M 0.405 0.63 L 0.375 0.70 L 0.335 0.79", true),
          line(Ink::black, 0.045, "M 0.42 0.63 L 0.458 0.70 L 0.448 0.79", true),
          line(Ink::black, 0.034, "M 0.452 0.495 L 0.495 0.565 L 0.455 0.615", true),
          line(Ink::black, 0.018, "M 0.405 0.56 L 0.60 0.735"),
          filled(Ink::black,
                 "M 0.515 0.805 C 0.555 0.745 0.60 0.675 0.635 0.675 C 0.665 0.675 0.705 0.75 "
                 "0.735 0.805 Z")};
}

Glyph traffic_light() {
  return {disc(Ink::red, {0.5, 0.445}, 0.062), disc(Ink::yellow, {0.5, 0.59}, 0.062),
          disc(Ink::green, {0.5, 0.735}, 0.062)};
}

Glyph pedestrian() {
  return {
      disc(Ink::black, {0.480, 0.395}, 0.037),
      filled(Ink::black,
             "M 0.468 0.445 L 0.528 0.445 L 0.535 0.54 L 0.528 0.63 L 0.468 0.63 L 0.472 0.54 Z"),
      line(Ink::black, 0.044, "M 0.488 0.625 L 0.465 0.705 L 0.412 0.79", true),
      line(Ink::black, 0.044, "M 0.510 0.625 L 0.550 0.705 L 0.585 0.79", true),
      line(Ink::black, 0.030, "M 0.472 0.460 L 0.418 0.530 L 0.400 0.590", true),
      line(Ink::black, 0.030, "M 0.525 0.460 L 0.580 0.535 L 0.598 0.595", true)};
}

Glyph children() {
  Glyph glyph = {disc(Ink::black, {0.545, 0.405}, 0.038),
                 line(Ink::black, 0.072, "M 0.547 0.485 L 0.540 0.585", true),
                 line(Ink::black, 0.030, "M 0.53 0.465 L 0.47 0.525 L 0.432 0.565", true),
                 line(Ink::black, 0.030, "M 0.565 0.465 L 0.62 0.525 L 0.655 0.51", true),
                 line(Ink::black, 0.042, "M 0.528 0.60 L 0.495 0.685 L 0.515 0.785", true),
                 line(Ink::black, 0.042, "M 0.552 0.60 L 0.605 0.665 L 0.68 0.725", true),
                 disc(Ink::black, {0.375, 0.545}, 0.032),
                 line(Ink::black, 0.060, "M 0.375 0.61 L 0.372 0.675", true),
                 line(Ink::black, 0.026, "M 0.362 0.595 L 0.322 0.64 L 0.30 0.69", true),
                 line(Ink::black, 0.026, "M 0.388 0.595 L 0.432 0.565", true),
                 line(Ink::black, 0.034, "M 0.362 0.69 L 0.34 0.74 L 0.355 0.79", true),
                 line(Ink::black, 0.034, "M 0.382 0.69 L 0.412 0.745 L 0.455 0.785", true)};
  const AffineMap about =
      translation(0.51, 0.80).after(scaling(0.95, 0.86).after(translation(-0.51, -0.80)));
  return mapped(std::move(glyph), about);
}

Glyph bicycle() {
  const Point front{0.345, 0.685}, rear{0.655, 0.685};
  Glyph glyph = {
      line(Ink::black, 0.022, "M 0.345 0.685 L 0.39 0.545 L 0.375 0.525"),
      line(Ink::black, 0.022, "M 0.39 0.575 L 0.555 0.575 L 0.655 0.685 L 0.50 0.685 L 0.39 0.575"),
      line(Ink::black, 0.022, "M 0.50 0.685 L 0.57 0.545"),
      line(Ink::black, 0.026, "M 0.37 0.525 L 0.435 0.525", true),
      line(Ink::black, 0.030, "M 0.545 0.54 L 0.605 0.54", true)};
  for (const Point hub : {front, rear}) {
    Contour rim = circle(hub, 0.098);
    rim.push_back(rim.front());
    glyph.push_back({Ink::black, {rim}, 0.026, false});
  }
  return glyph;
}

Glyph snowflake() {
  Glyph glyph;
  const Point centre{0.5, 0.615};
  const Glyph arm = {line(Ink::black, 0.034, "M 0.5 0.615 L 0.5 0.44"),
                     line(Ink::black, 0.030, "M 0.445 0.465 L 0.5 0.515 L 0.555 0.465"),
                     line(Ink::black, 0.026, "M 0.46 0.535 L 0.5 0.565 L 0.54 0.535")};
  for (int i = 0; i < 6; ++i) append(glyph, mapped(arm, rotation(60.0 * i, centre)));
  return glyph;
}

Glyph deer() {
  return {
      filled(
          Ink::black,
          "M 0.325 0.545 L 0.375 0.50 L 0.40 0.495 L 0.415 0.515 C 0.43 0.56 0.46 0.575 0.50 0.585 "
          "C 0.55 0.59 0.60 0.60 0.635 0.635 L 0.665 0.63 L 0.65 0.665 C 0.65 0.70 0.63 0.715 0.60 "
          "0.71 "
          "C 0.56 0.69 0.51 0.705 0.46 0.69 C 0.415 0.675 0.395 0.62 0.39 0.555 L 0.34 0.565 Z"),
      line(Ink::black, 0.020, "M 0.395 0.50 L 0.385 0.455 L 0.40 0.42 M 0.385 0.455 L 0.36 0.425",
           true),
      line(Ink::black, 0.020, "M 0.408 0.51 L 0.43 0.465 L 0.425 0.43 M 0.43 0.465 L 0.455 0.44",
           true),
      line(Ink::black, 0.030, "M 0.44 0.665 L 0.375 0.695 L 0.335 0.67", true),
      line(Ink::black, 0.028, "M 0.47 0.68 L 0.42 0.73 L 0.385 0.755", true),
      line(Ink::black, 0.040, "M 0.62 0.68 L 0.645 0.715", true),
      line(Ink::black, 0.026, "M 0.645 0.715 L 0.67 0.745 L 0.735 0.775", true),
      line(Ink::black, 0.026, "M 0.60 0.695 L 0.625 0.75 L 0.685 0.795", true)};
}

Glyph arrow_turn_right() {
  return {line(Ink::white, 0.115,
               "M 0.375 0.83 L 0.375 0.52 C 0.375 0.43 0.42 0.39 0.50 0.39 L 0.68 0.39"),
          arrow_head({0.82, 0.39}, 90, 0.20, 0.115)};
}

Glyph arrow_ahead() {
  return {line(Ink::white, 0.125, "M 0.5 0.87 L 0.5 0.26"),
          arrow_head({0.5, 0.12}, 0, 0.24, 0.125)};
}

Glyph arrow_ahead_or_right() {
  return {line(Ink::white, 0.10, "M 0.40 0.87 L 0.40 0.24"),
          arrow_head({0.40, 0.11}, 0, 0.18, 0.10),
          line(Ink::white, 0.10, "M 0.40 0.82 C 0.40 0.68 0.46 0.62 0.58 0.62 L 0.74 0.62"),
          arrow_head({0.87, 0.62}, 90, 0.165, 0.10)};
}

Glyph arrow_keep_right() {
  return mapped(Glyph{line(Ink::white, 0.14, "M 0.5 0.89 L 0.5 0.25"),
                      arrow_head({0.5, 0.10}, 0, 0.24, 0.14)},
                rotation(135, {0.5, 0.5}));
}

Glyph arrows_roundabout() {
  constexpr double kRadius = 0.285, kWidth = 0.115;
  Glyph one;
  SignPart arc{Ink::white, {Contour{}}, kWidth, false};
  for (int degrees = 0; degrees <= 66; degrees += 6) {
    const double angle = degrees * std::numbers::pi / 180;
    arc.contours[0].push_back({0.5 + kRadius * std::cos(angle), 0.5 - kRadius * std::sin(angle)});
  }
  one.push_back(std::move(arc));
  // Anticlockwise: the head looks along the tangent where the arc ends.
  const double angle = 66 * std::numbers::pi / 180;
  const Point end{0.5 + kRadius * std::cos(angle), 0.5 - kRadius * std::sin(angle)};
  const Point along{-std::sin(angle), -std::cos(angle)}, across{std::cos(angle), -std::sin(angle)};
  const double reach = 0.14, length = 0.15;
  one.push_back({Ink::white,
                 {{{end.x + across.x * reach, end.y + across.y * reach},
                   {end.x + along.x * length, end.y + along.y * length},
                   {end.x - across.x * reach, end.y - across.y * reach}}},
                 0,
                 false});
  Glyph glyph;
  for (int i = 0; i < 3; ++i) append(glyph, mapped(one, rotation(120.0 * i - 10, {0.5, 0.5})));
  return glyph;
}

}  // namespace signpost
