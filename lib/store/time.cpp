#include "store/time.h"

#include <fmt/format.h>

#include <chrono>

namespace signpost {
namespace {

namespace chr = std::chrono;

/// Takes digits and marks off the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}
  bool done() const { return rest_.empty(); }
  bool take(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_[0]) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Exactly so many digits; -1 if they are not there.
  int digits(std::size_t count) {
    int value = 0;
    if (rest_.size() < count) return -1;
    for (std::size_t i = 0; i < count; ++i) {
      if (rest_[i] < '0' || rest_[i] > '9') return -1;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  bool at_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
  bool negative() const { return rest_.starts_with('-'); }

 private:
  std::string_view rest_;
};

/// The part after a second's point, as milliseconds; further digits are dropped.
int milliseconds(Cursor& cursor) {
  int value = 0;
  for (int scale = 100; cursor.at_digit(); scale /= 10) value += cursor.digits(1) * scale;
  return value;
}

}  // namespace

std::int64_t clock_ms() {
  return chr::duration_cast<chr::milliseconds>(chr::system_clock::now().time_since_epoch()).count();
}

std::string utc_text(std::int64_t milliseconds) {
  const chr::sys_time<chr::milliseconds> time{chr::milliseconds(milliseconds)};
  const auto day = chr::floor<chr::days>(time);
  const chr::year_month_day date(day);
  const chr::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<std::string> parse_time(std::string_view text) {
  Cursor cursor(text);
  const int year = cursor.digits(4);
  if (year < 1900 || !cursor.take("-")) return std::nullopt;
  const int month = cursor.digits(2);
  if (month < 0 || !cursor.take("-")) return std::nullopt;
  const int day = cursor.digits(2);
  const chr::year_month_day date{chr::year(year), chr::month(static_cast<unsigned>(month)),
                                 chr::day(static_cast<unsigned>(day < 0 ? 0 : day))};
  if (!date.ok()) return std::nullopt;
  int hour = 0, minute = 0, second = 0, ms = 0, offset = 0;
  if (cursor.take("T ")) {
    hour = cursor.digits(2);
    if (!cursor.take(":")) return std::nullopt;
    minute = cursor.digits(2);
    if (cursor.take(":")) {
      second = cursor.digits(2);
      if (cursor.take(".,")) ms = milliseconds(cursor);
    }
    const bool negative = cursor.negative();
    if (cursor.take("+-")) {
      const int hours = cursor.digits(2);
      cursor.take(":");
      const int minutes = cursor.digits(2);
      if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) return std::nullopt;
      offset = (negative ? -1 : 1) * (hours * 60 + minutes);
    } else {
      cursor.take("Z");
    }
  }
  if (!cursor.done() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 59) {
    return std::nullopt;
  }
  const chr::sys_time<chr::milliseconds> time = chr::sys_days(date) + chr::hours(hour) +
                                                chr::minutes(minute - offset) +
                                                chr::seconds(second) + chr::milliseconds(ms);
  return utc_text(time.time_since_epoch().count());
}

}  // namespace signpost
