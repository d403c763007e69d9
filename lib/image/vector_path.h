#pragma once

#include <string_view>
#include <vector>

namespace signpost {

/// A point of a drawing: x to the right, y down.
struct Point {
  double x = 0, y = 0;
  bool operator==(const Point&) const = default;
};

/// Corners joined by straight lines. Curves are flattened when they are built.
using Contour = std::vector<Point>;

/// An affine map, (x, y) -> (a x + b y + e, c x + d y + f).
struct AffineMap {
  double a = 1, b = 0, c = 0, d = 1, e = 0, f = 0;
  Point operator()(Point p) const { return {a * p.x + b * p.y + e, c * p.x + d * p.y + f}; }
  /// First `first`, then this.
  AffineMap after(const AffineMap& first) const;
};

AffineMap translation(double x, double y);
AffineMap scaling(double x, double y);
/// Clockwise as the viewer sees it, around `centre`.
AffineMap rotation(double degrees, Point centre);

/// Reads path data in the style of SVG: absolute M, L, C and Z with numbers apart by spaces, e.g.
/// "M 0 0 L 1 0 C 1 1 1 1 0 1 Z". A contour that ends in Z ends where it began. Cubic curves
/// become eight lines. Throws Error{input} on anything else.
std::vector<Contour> parse_path(std::string_view data);

std::vector<Contour> mapped(std::vector<Contour> contours, const AffineMap& map);

/// A circle of 72 corners.
Contour circle(Point centre, double radius);

/// A convex polygon with corners rounded by arcs of `radius`, which must fit.
Contour rounded(const Contour& corners, double radius);

/// The area that a pen of `width` covers along `line`, as convex polygons whose union counts.
/// Corners are round; ends are cut straight across unless `round_ends`. A line that ends where it
/// began is closed.
std::vector<Contour> stroke_outline(const Contour& line, double width, bool round_ends);

}  // namespace signpost
