#include "curate/picks.h"

#include <iterator>

#include "base/random.h"
#include "curate/split.h"

namespace signpost {

std::uint64_t lot_of(std::uint64_t seed, std::string_view id, std::string_view purpose) {
  Random random(seed, id, 0, purpose);
  const std::uint64_t high = random.bits();
  return high << 32 | random.bits();
}

void Picks::add(const Sample& sample) {
  if (most_ == 0) return;
  const std::uint64_t group_lot = lot_of(seed_, group_of(sample), "pick of a group");
  const auto found = by_group_lot_.find(group_lot);
  if (found == by_group_lot_.end() && by_group_lot_.size() == most_ &&
      group_lot > by_group_lot_.rbegin()->first) {
    return;
  }
  const std::uint64_t lot = lot_of(seed_, sample.id, "pick");
  if (found != by_group_lot_.end()) {
    if (lot < found->second.lot) found->second = {lot, sample};
    return;
  }
  by_group_lot_.emplace(group_lot, Pick{lot, sample});
  if (by_group_lot_.size() > most_) by_group_lot_.erase(std::prev(by_group_lot_.end()));
}

std::vector<const Sample*> Picks::drawn() const {
  std::vector<const Sample*> samples;
  for (const auto& [lot, pick] : by_group_lot_) samples.push_back(&pick.sample);
  return samples;
}

}  // namespace signpost
