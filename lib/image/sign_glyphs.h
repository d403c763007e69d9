#pragma once

#include <string_view>
#include <vector>

#include "image/sign_drawing.h"

namespace signpost {

/// What stands on the plate of a sign, in the sign's own unit square. Internal to lib/image.
using Glyph = std::vector<SignPart>;

/// A filled area and a line from path data.
SignPart filled(Ink ink, std::string_view path);
SignPart line(Ink ink, double width, std::string_view path, bool round_ends = false);
SignPart disc(Ink ink, Point centre, double radius);

Glyph mapped(Glyph glyph, const AffineMap& map);
/// Left and right exchanged.
Glyph mirrored(Glyph glyph);

/// Digits in the manner of DIN 1451 (the traffic typeface), `height` high, centred in the square.
/// `stretch` widens the digits.
Glyph number(std::string_view digits, Ink ink, double height, double stretch);
/// "STOP"
Glyph stop_letters();

/// The five thin lines of the end-of signs.
Glyph end_stripes();
/// Two vehicles from behind, side by side: a car or a lorry on the left in `left`, a car on the
/// right in `right`.
Glyph overtaking(bool lorry, Ink left, Ink right);
Glyph lorry_from_the_side();

Glyph priority_arrow();
Glyph exclamation();
Glyph curve_left();
Glyph double_curve();
Glyph bumps();
Glyph slipping_car();
Glyph narrowing_right();
Glyph road_worker();
Glyph traffic_light();
Glyph pedestrian();
Glyph children();
Glyph bicycle();
Glyph snowflake();
Glyph deer();

/// White arrows of the blue signs.
Glyph arrow_turn_right();
Glyph arrow_ahead();
Glyph arrow_ahead_or_right();
Glyph arrow_keep_right();
Glyph arrows_roundabout();

}  // namespace signpost
