#include "store/neighbours.h"

#include <algorithm>
#include <bit>

namespace signpost {
namespace {

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
    entries_.push_back({last_, static_cast<std::uint64_t>(rows.integer(1))});
  }
}

void Neighbours::forget() {
  entries_.clear();
  last_ = 0;
}

std::vector<Neighbours::Match> Neighbours::find(std::int64_t capture, const Fingerprint& print) {
  load();
  std::vector<std::pair<int, std::int64_t>> near;
  for (const Entry& entry : entries_) {
    const int bits = std::popcount(entry.hash ^ print.hash);
    if (bits <= kNearBits && entry.capture != capture) near.emplace_back(bits, entry.capture);
  }
  std::ranges::sort(near);
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
