#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace signpost {

/// A token bucket for each name (RFC 2697 calls its two numbers rate and burst): `burst` requests
/// at once, and `per_s` a second in the long run. Thread-safe. Buckets that have filled up again
/// are forgotten, so memory follows those who are busy.
class RateLimit {
 public:
  using Clock = std::chrono::steady_clock;

  /// A rate of 0 lets everything pass.
  RateLimit(double per_s, double burst) : per_s_(per_s), burst_(burst) {}

  /// Takes one from the bucket; nothing if there was one, else after how many seconds, rounded up,
  /// there will be. `now` never goes back.
  std::optional<std::uint64_t> refuse(const std::string& name, Clock::time_point now);

  std::size_t buckets() const;

 private:
  struct Bucket {
    double level;
    Clock::time_point seen;
  };
  void forget_full(Clock::time_point now);

  double per_s_, burst_;
  mutable std::mutex mutex_;
  std::map<std::string, Bucket> buckets_;
  std::size_t sweep_at_ = 1024;
};

}  // namespace signpost
