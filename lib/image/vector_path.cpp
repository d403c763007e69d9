#include "image/vector_path.h"

#include <charconv>
#include <cmath>
#include <numbers>
#include <string>

#include "base/error.h"

namespace signpost {
namespace {

constexpr int kCurveSteps = 8;

/// Takes words off the front of path data.
class Reader {
 public:
  explicit Reader(std::string_view data) : data_(data), rest_(data) {}

  bool done() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n'))
      rest_.remove_prefix(1);
    return rest_.empty();
  }
  char command() {
    const char command = rest_.front();
    rest_.remove_prefix(1);
    return command;
  }
  double number() {
    double value = 0;
    if (done()) fail();
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc()) fail();
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }
  Point point() {
    const double x = number();
    return {x, number()};
  }
  [[noreturn]] void fail() const {
    throw Error(Blame::input, "path data \"" + std::string(data_) + "\": wrong at character " +
                                  std::to_string(data_.size() - rest_.size() + 1) +
                                  "; it holds M, L, C and Z with numbers");
  }

 private:
  std::string_view data_, rest_;
};

void append_curve(Contour& contour, Point p1, Point p2, Point p3) {
  const Point p0 = contour.back();
  for (int i = 1; i <= kCurveSteps; ++i) {
    const double t = static_cast<double>(i) / kCurveSteps, u = 1 - t;
    const double b0 = u * u * u, b1 = 3 * u * u * t, b2 = 3 * u * t * t, b3 = t * t * t;
    contour.push_back({b0 * p0.x + b1 * p1.x + b2 * p2.x + b3 * p3.x,
                       b0 * p0.y + b1 * p1.y + b2 * p2.y + b3 * p3.y});
  }
}

}  // namespace

AffineMap AffineMap::after(const AffineMap& first) const {
  return {a * first.a + b * first.c, a * first.b + b * first.d,     c * first.a + d * first.c,
          c * first.b + d * first.d, a * first.e + b * first.f + e, c * first.e + d * first.f + f};
}

AffineMap translation(double x, double y) { return {1, 0, 0, 1, x, y}; }

AffineMap scaling(double x, double y) { return {x, 0, 0, y, 0, 0}; }

AffineMap rotation(double degrees, Point centre) {
  const double angle = degrees * std::numbers::pi / 180;
  const AffineMap turn{std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle), 0, 0};
  return translation(centre.x, centre.y).after(turn.after(translation(-centre.x, -centre.y)));
}

std::vector<Contour> parse_path(std::string_view data) {
  std::vector<Contour> contours;
  Reader reader(data);
  while (!reader.done()) {
    const char command = reader.command();
    if (contours.empty() && command != 'M') reader.fail();
    switch (command) {
      case 'M':
        contours.push_back({reader.point()});
        break;
      case 'L':
        contours.back().push_back(reader.point());
        break;
      case 'C': {
        const Point p1 = reader.point(), p2 = reader.point();
        append_curve(contours.back(), p1, p2, reader.point());
        break;
      }
      case 'Z':
        contours.back().push_back(contours.back().front());
        break;
      default:
        reader.fail();
    }
  }
  return contours;
}

std::vector<Contour> mapped(std::vector<Contour> contours, const AffineMap& map) {
  for (Contour& contour : contours) {
    for (Point& point : contour) point = map(point);
  }
  return contours;
}

Contour circle(Point centre, double radius) {
  constexpr int kCorners = 72;
  Contour contour(kCorners);
  for (int i = 0; i < kCorners; ++i) {
    const double angle = 2 * std::numbers::pi * i / kCorners;
    contour[static_cast<std::size_t>(i)] = {centre.x + radius * std::cos(angle),
                                            centre.y + radius * std::sin(angle)};
  }
  return contour;
}

Contour rounded(const Contour& corners, double radius) {
  constexpr int kSteps = 8;
  Contour contour;
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const Point before = corners[(i + corners.size() - 1) % corners.size()], at = corners[i],
                next = corners[(i + 1) % corners.size()];
    const double in = std::hypot(before.x - at.x, before.y - at.y),
                 out = std::hypot(next.x - at.x, next.y - at.y);
    const Point u{(before.x - at.x) / in, (before.y - at.y) / in},
        v{(next.x - at.x) / out, (next.y - at.y) / out};
    const double half = std::acos(u.x * v.x + u.y * v.y) / 2;
    const double length = std::hypot(u.x + v.x, u.y + v.y);
    const Point centre{at.x + (u.x + v.x) / length * radius / std::sin(half),
                       at.y + (u.y + v.y) / length * radius / std::sin(half)};
    const double tangent = radius / std::tan(half);
    const Point start{at.x + u.x * tangent, at.y + u.y * tangent};
    const double from = std::atan2(start.y - centre.y, start.x - centre.x);
    const double turn = (u.x * v.y - u.y * v.x > 0 ? -1 : 1) * (std::numbers::pi - 2 * half);
    for (int step = 0; step <= kSteps; ++step) {
      const double angle = from + turn * step / kSteps;
      contour.push_back({centre.x + radius * std::cos(angle), centre.y + radius * std::sin(angle)});
    }
  }
  return contour;
}

std::vector<Contour> stroke_outline(const Contour& line, double width, bool round_ends) {
  std::vector<Contour> parts;
  const double half = width / 2;
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const Point p = line[i], q = line[i + 1];
    const double length = std::hypot(q.x - p.x, q.y - p.y);
    if (length == 0) continue;
    const Point n{-(q.y - p.y) / length * half, (q.x - p.x) / length * half};
    parts.push_back({{p.x + n.x, p.y + n.y},
                     {q.x + n.x, q.y + n.y},
                     {q.x - n.x, q.y - n.y},
                     {p.x - n.x, p.y - n.y}});
  }
  const bool closed = line.size() > 2 && line.front() == line.back();
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool end = i == 0 || i + 1 == line.size();
    if (!end || round_ends || closed) parts.push_back(circle(line[i], half));
  }
  return parts;
}

}  // namespace signpost
