#include "curate/shard.h"

#include <fmt/format.h>

#include <charconv>

#include "base/error.h"
#include "base/random.h"
#include "curate/split.h"

namespace signpost {

Shard Shard::parse(std::string_view text) {
  Shard shard;
  const char* end = text.data() + text.size();
  const auto index = std::from_chars(text.data(), end, shard.index);
  if (index.ec == std::errc() && index.ptr != end && *index.ptr == '/') {
    const auto count = std::from_chars(index.ptr + 1, end, shard.count);
    if (count.ec == std::errc() && count.ptr == end && shard.index >= 1 &&
        shard.index <= shard.count)
      return shard;
  }
  throw Error(
      Blame::usage,
      fmt::format("\"{}\" is no part; write 1/8 for the first of eight, 8/8 for the last", text));
}

bool Shard::holds(const Sample& sample) const {
  if (count == 1) return true;
  return Random(0, group_of(sample), 0, "shard").below(count) == index - 1;
}

}  // namespace signpost
