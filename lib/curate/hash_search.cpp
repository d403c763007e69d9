#include "curate/hash_search.h"

namespace signpost {

HashSearch::HashSearch(const std::vector<std::uint64_t>& hashes) : hashes_(hashes) {
  for (std::size_t p = 0; p < kParts.size(); ++p) {
    std::vector<std::uint32_t>& begins = begins_[p];
    begins.assign((std::size_t{1} << kParts[p].bits) + 1, 0);
    for (const std::uint64_t hash : hashes_) ++begins[kParts[p].of(hash) + 1];
    for (std::size_t b = 1; b < begins.size(); ++b) begins[b] += begins[b - 1];
    std::vector<std::uint32_t> next(begins.begin(), begins.end() - 1);
    slots_[p].resize(hashes_.size());
    for (std::size_t i = 0; i < hashes_.size(); ++i)
      slots_[p][next[kParts[p].of(hashes_[i])]++] = {hashes_[i], static_cast<std::uint32_t>(i)};
  }
}

}  // namespace signpost
