#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace signpost {

enum class ProgressStyle {
  automatic,  ///< a bar when standard error is a terminal, else nothing
  json,       ///< one JSON object a line on standard error, about once a second
  none
};

/// How far a long job is, on standard error: count, rate and time left. `add` may be called from
/// any thread. The bar is wiped by the destructor or `finish`, so that the words that follow start
/// on a clean line.
class Progress {
 public:
  /// `unit` is a plural ("images"). A `total` of 0 means unknown: count and rate are shown, time
  /// left is not.
  Progress(std::string label, std::string unit, std::uint64_t total, ProgressStyle style);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();
  void add(std::uint64_t count = 1);
  /// Shown on a line of its own below the bar, e.g. "loss 0.81"; `fields` are the same for
  /// programs, members of a JSON object such as `"loss":0.81`. Call from one thread.
  void note(std::string text, std::string fields) {
    note_ = std::move(text);
    fields_ = std::move(fields);
  }
  /// Clears the bar, so that other words can be said; the next `add` draws it again.
  void wipe();
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  void draw(Clock::time_point now, bool last);

  std::string label_, unit_, note_, fields_;
  std::uint64_t total_;
  bool json_, bar_;
  std::atomic<std::uint64_t> count_{0};
  std::atomic<std::int64_t> next_draw_ns_{0};
  std::atomic_flag drawing_ = ATOMIC_FLAG_INIT;
  Clock::time_point start_;
  bool drawn_ = false, finished_ = false;
};

/// One character a value, as high as the value is among them: "█▅▃▂▁▁". Empty for none.
std::string sparkline(std::span<const double> values);

/// As much of `text`, which is UTF-8, as fits into so many columns of one character each.
std::string_view cut_to_columns(std::string_view text, std::size_t columns);

/// "1:05" or "2:03:04", for the time left.
std::string clock_text(double seconds);

/// 39209 as "39,209".
std::string grouped(std::uint64_t number);

/// "1 sample", "39,209 samples": for a noun whose plural takes an s.
std::string counted(std::uint64_t number, std::string_view noun);

}  // namespace signpost
