#include "base/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/json_text.h"

namespace signpost {
namespace {

std::size_t terminal_columns() {
  winsize size = {};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

std::string sparkline(std::span<const double> values) {
  static constexpr const char* kBars[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string line;
  if (values.empty()) return line;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double range = *high - *low;
  for (const double value : values) {
    line += kBars[range > 0 ? std::llround((value - *low) / range * 7) : 0];
  }
  return line;
}

std::string_view cut_to_columns(std::string_view text, std::size_t columns) {
  std::size_t end = 0, shown = 0;
  while (end < text.size()) {
    const bool continues = (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80;
    if (!continues && shown++ == columns) break;
    ++end;
  }
  return text.substr(0, end);
}

std::string clock_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
  if (whole >= 3600)
    return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
  return text;
}

std::string counted(std::uint64_t number, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : "s");
}

Progress::Progress(std::string label, std::string unit, std::uint64_t total, ProgressStyle style)
    : label_(std::move(label)),
      unit_(std::move(unit)),
      total_(total),
      json_(style == ProgressStyle::json),
      bar_(style == ProgressStyle::automatic && ::isatty(STDERR_FILENO)),
      start_(Clock::now()) {}

Progress::~Progress() { finish(); }

void Progress::add(std::uint64_t count) {
  count_.fetch_add(count, std::memory_order_relaxed);
  if (!bar_ && !json_) return;
  const auto now = Clock::now();
  const std::int64_t elapsed = (now - start_).count();
  if (elapsed < next_draw_ns_.load(std::memory_order_relaxed)) return;
  if (drawing_.test_and_set(std::memory_order_acquire)) return;
  next_draw_ns_.store(elapsed + (bar_ ? 100'000'000 : 1'000'000'000), std::memory_order_relaxed);
  draw(now, false);
  drawing_.clear(std::memory_order_release);
}

void Progress::wipe() {
  if (bar_ && drawn_) std::fputs("\r\x1b[J", stderr);
}

void Progress::finish() {
  if (finished_) return;
  finished_ = true;
  if (json_) draw(Clock::now(), true);
  wipe();
}

void Progress::draw(Clock::time_point now, bool last) {
  const std::uint64_t count = count_.load(std::memory_order_relaxed);
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = seconds > 0 ? static_cast<double>(count) / seconds : 0;
  const double left = total_ > count && rate > 0 ? static_cast<double>(total_ - count) / rate : 0;
  drawn_ = true;
  if (json_) {
    std::string line = "{\"progress\":" + json_string(label_) + fmt::format(",\"done\":{}", count);
    if (total_ > 0) line += fmt::format(",\"total\":{},\"seconds_left\":{:.1f}", total_, left);
    line += fmt::format(",\"unit\":{},\"per_second\":{:.1f},\"seconds\":{:.1f},\"finished\":{}",
                        json_string(unit_), rate, seconds, last);
    if (!fields_.empty()) line += "," + fields_;
    line += "}\n";
    std::fputs(line.c_str(), stderr);
    return;
  }
  std::string line = label_ + " ";
  if (total_ > 0) {
    constexpr std::uint64_t kWidth = 24;
    const auto filled = static_cast<std::size_t>(std::min(kWidth, count * kWidth / total_));
    line += "[" + std::string(filled, '#') + std::string(kWidth - filled, ' ') + "] ";
    line += grouped(count) + "/" + grouped(total_);
  } else {
    line += grouped(count);
  }
  line += fmt::format(" {}  {}/s", unit_, grouped(static_cast<std::uint64_t>(std::llround(rate))));
  if (total_ > 0) line += "  " + clock_text(left) + " left";
  const std::size_t columns = terminal_columns() - 1;
  std::string text = "\r";
  text += cut_to_columns(line, columns);
  text += "\x1b[K";
  if (!note_.empty()) {
    text += "\n";
    text += cut_to_columns(note_, columns);
    text += "\x1b[K\x1b[1A\r";
  }
  std::fputs(text.c_str(), stderr);
}

}  // namespace signpost
