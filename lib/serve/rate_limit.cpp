#include "serve/rate_limit.h"

#include <algorithm>
#include <cmath>

namespace signpost {

std::optional<std::uint64_t> RateLimit::refuse(const std::string& name, Clock::time_point now) {
  if (per_s_ <= 0) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (buckets_.size() >= sweep_at_) forget_full(now);
  Bucket& bucket = buckets_.try_emplace(name, Bucket{burst_, now}).first->second;
  const double passed = std::chrono::duration<double>(now - bucket.seen).count();
  bucket.level = std::min(burst_, bucket.level + passed * per_s_);
  bucket.seen = now;
  if (bucket.level < 1) return static_cast<std::uint64_t>(std::ceil((1 - bucket.level) / per_s_));
  bucket.level -= 1;
  return std::nullopt;
}

void RateLimit::forget_full(Clock::time_point now) {
  std::erase_if(buckets_, [&](const auto& entry) {
    const double passed = std::chrono::duration<double>(now - entry.second.seen).count();
    return entry.second.level + passed * per_s_ >= burst_;
  });
  sweep_at_ = std::max<std::size_t>(1024, 2 * buckets_.size());
}

std::size_t RateLimit::buckets() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace signpost
