#include "curate/near_duplicates.h"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "base/interrupt.h"
#include "base/parallel.h"
#include "curate/hash_search.h"

namespace signpost {
namespace {

constexpr double kCandidate = 0.9;      ///< correlation of thumbnails
constexpr double kExactCopy = 2;        ///< stands for a correlation, and before all of them
constexpr std::size_t kCompared = 3;    ///< pairs of two groups, at most
constexpr std::size_t kPartners = 16;   ///< groups that one picture is paired with on each side
constexpr std::uint64_t kLooks = 4096;  ///< pictures that one is compared with, at most
constexpr std::size_t kBlock = 256;

/// Calls `work(i)` for 0 to count - 1 on `jobs` threads.
template <typename Work>
void each_in_parallel(std::size_t count, std::size_t block, int jobs, const Work& work) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(job_count(jobs)));
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, count, block),
                    [&](const tbb::blocked_range<std::size_t>& range) {
                      stop_if_interrupted();
                      for (std::size_t i = range.begin(); i != range.end(); ++i) work(i);
                    });
}

}  // namespace

void NearDuplicates::add(const Picture& picture, const Fingerprint& fingerprint) {
  pictures_.push_back(picture);
  fingerprints_.push_back(fingerprint);
}

/// The likeliest earlier picture of each group that looks like picture `i`.
std::vector<NearDuplicates::Candidate> NearDuplicates::partners(std::size_t i,
                                                                const HashSearch& index) const {
  const Picture& here = pictures_[i];
  std::vector<Candidate> found;
  std::array<std::size_t, kSideNames.size()> on_side{};
  std::uint64_t looked_at = 0;
  index.each_earlier(i, [&](std::size_t j) {
    const Picture& there = pictures_[j];
    if (there.group == here.group || there.image == here.image) return true;
    if (++looked_at > kLooks) return false;
    const bool copy = there.content == here.content && here.content != 0;
    const double correlation =
        copy ? kExactCopy : thumbnail_correlation(fingerprints_[i], fingerprints_[j]);
    if (correlation < kCandidate) return true;
    const Candidate candidate{static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j),
                              static_cast<float>(correlation)};
    const auto known = std::find_if(found.begin(), found.end(), [&](const Candidate& other) {
      return pictures_[other.earlier].group == there.group;
    });
    if (known == found.end()) {
      if (++on_side[static_cast<std::size_t>(there.side)] <= kPartners) found.push_back(candidate);
    } else if (std::pair(candidate.correlation, known->earlier) >
               std::pair(known->correlation, candidate.earlier)) {
      *known = candidate;
    }
    return true;
  });
  return found;
}

bool NearDuplicates::same_groups(const Candidate& a, const Candidate& b) const {
  const auto key = [this](const Candidate& c) {
    return std::minmax(pictures_[c.later].group, pictures_[c.earlier].group);
  };
  return key(a) == key(b);
}

void NearDuplicates::search(int jobs) {
  std::vector<std::uint64_t> hashes(fingerprints_.size());
  for (std::size_t i = 0; i < hashes.size(); ++i) hashes[i] = fingerprints_[i].hash;
  const HashSearch index(hashes);
  std::vector<std::vector<Candidate>> found(hashes.size());
  each_in_parallel(hashes.size(), kBlock, jobs,
                   [&](std::size_t i) { found[i] = partners(i, index); });
  std::vector<Candidate> all;
  for (const std::vector<Candidate>& each : found) all.insert(all.end(), each.begin(), each.end());
  std::sort(all.begin(), all.end(), [this](const Candidate& a, const Candidate& b) {
    const auto key = [this](const Candidate& c) {
      const auto [low, high] = std::minmax(pictures_[c.later].group, pictures_[c.earlier].group);
      return std::tuple(low, high, -c.correlation, c.later, c.earlier);
    };
    return key(a) < key(b);
  });
  candidates_.clear();
  std::size_t begin = 0;  // of the run of two groups that i stands in
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!same_groups(all[i], all[begin])) begin = i;
    if (i - begin < kCompared && all[begin].correlation < kExactCopy) candidates_.push_back(all[i]);
  }
}

std::vector<std::uint64_t> NearDuplicates::wanted_lines() const {
  std::set<std::uint64_t> lines;
  for (const Candidate& candidate : candidates_) {
    lines.insert(pictures_[candidate.later].line);
    lines.insert(pictures_[candidate.earlier].line);
  }
  return {lines.begin(), lines.end()};
}

std::vector<NearDuplicates::Match> NearDuplicates::find(double threshold, int jobs,
                                                        const Compare& compare) const {
  std::vector<std::size_t> begins;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    if (i == 0 || !same_groups(candidates_[i], candidates_[i - 1])) begins.push_back(i);
  }
  std::vector<Match> matches(begins.size());
  each_in_parallel(begins.size(), 4, jobs, [&](std::size_t run) {
    const std::size_t end = run + 1 < begins.size() ? begins[run + 1] : candidates_.size();
    for (std::size_t i = begins[run]; i < end; ++i) {
      const std::uint64_t line = pictures_[candidates_[i].later].line;
      const std::uint64_t other = pictures_[candidates_[i].earlier].line;
      const double similarity = compare(line, other);
      if (similarity >= threshold && similarity > matches[run].similarity)
        matches[run] = {line, other, similarity};
    }
  });
  std::erase_if(matches, [](const Match& match) { return match.line == 0; });
  std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    return std::pair(a.line, a.other_line) < std::pair(b.line, b.other_line);
  });
  return matches;
}

}  // namespace signpost
