#include "store/neighbours.h"

#include <algorithm>
#include <bit>

namespace signpost {
namespace {

/// Over ten bits there would be three or more in the first part and two or more in each other: 11.
constexpr int kNearBits = 10;
constexpr double kSimilar = 0.9;
constexpr std::size_t kMostLooked = 256, kMostLinks = 16;

}  // namespace

void Neighbours::load() {
  Statement rows(database_,
                 "SELECT capture_id, hash FROM fingerprints INDEXED BY fingerprints_hash"
                 " WHERE capture_id > ? ORDER BY capture_id");
  rows.bind(last_);
  while (rows.step()) {
    last_ = rows.integer(0);
    add(last_, static_cast<std::uint64_t>(rows.integer(1)));
  }
}

void Neighbours::add(std::int64_t capture, std::uint64_t hash) {
  for (Part& part : parts_) {
    if (part.buckets.empty()) part.buckets.resize(std::size_t{1} << part.bits);
    part.buckets[part.of(hash)].push_back({capture, hash});
  }
}

void Neighbours::forget() {
  for (Part& part : parts_) part.buckets.clear();
  last_ = 0;
}

void Neighbours::look(const Part& part, std::uint64_t bucket, std::uint64_t hash,
                      std::vector<std::pair<int, std::int64_t>>& near) const {
  for (const Entry& entry : part.buckets[bucket]) {
    const int bits = std::popcount(entry.hash ^ hash);
    if (bits <= kNearBits) near.emplace_back(bits, entry.capture);
  }
}

std::vector<Neighbours::Match> Neighbours::find(std::int64_t capture, const Fingerprint& print) {
  load();
  std::vector<std::pair<int, std::int64_t>> near;
  for (const Part& part : parts_) {
    if (part.buckets.empty()) break;
    const std::uint64_t here = part.of(print.hash);
    look(part, here, print.hash, near);
    for (int a = 0; a < part.bits; ++a) {
      const std::uint64_t one = here ^ std::uint64_t{1} << a;
      look(part, one, print.hash, near);
      for (int b = 0; b < a && &part == parts_.data(); ++b)
        look(part, one ^ std::uint64_t{1} << b, print.hash, near);
    }
  }
  std::erase_if(near, [&](const auto& entry) { return entry.second == capture; });
  std::ranges::sort(near);
  near.erase(std::unique(near.begin(), near.end()), near.end());
  if (near.size() > kMostLooked) near.resize(kMostLooked);
  std::vector<Match> matches;
  Statement row(database_, "SELECT thumbnail FROM fingerprints WHERE capture_id = ?");
  for (const auto& [bits, other] : near) {
    if (!row.bind(other).step()) continue;  // purged since
    Fingerprint there;
    const ByteView thumbnail = row.bytes(0);
    std::copy_n(thumbnail.begin(), std::min(thumbnail.size(), there.thumbnail.size()),
                there.thumbnail.begin());
    const double similarity = thumbnail_correlation(print, there);
    if (similarity >= kSimilar) matches.push_back({other, std::min(similarity, 1.0)});
  }
  std::ranges::stable_sort(matches, std::greater(), &Match::similarity);
  if (matches.size() > kMostLinks) matches.resize(kMostLinks);
  return matches;
}

}  // namespace signpost
