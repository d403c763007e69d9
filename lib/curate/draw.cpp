#include "curate/draw.h"

#include <algorithm>

#include "base/random.h"

namespace signpost {

void Draw::offer(std::string_view id, std::uint64_t line) {
  Random random(seed_, id, 0, "select");
  const std::uint64_t high = random.bits();
  const std::pair entry{high << 32 | random.bits(), line};
  if (heap_.size() == size_) {
    if (heap_.empty() || heap_.front() < entry) return;
    std::pop_heap(heap_.begin(), heap_.end());
    heap_.pop_back();
  }
  heap_.push_back(entry);
  std::push_heap(heap_.begin(), heap_.end());
}

std::vector<std::uint64_t> Draw::lines() {
  std::vector<std::uint64_t> lines;
  lines.reserve(heap_.size());
  for (const auto& [rank, line] : heap_) lines.push_back(line);
  std::sort(lines.begin(), lines.end());
  heap_.clear();
  return lines;
}

}  // namespace signpost
