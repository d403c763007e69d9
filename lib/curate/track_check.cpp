#include "curate/track_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/progress.h"
#include "base/random.h"
#include "curate/variant.h"

namespace signpost {
namespace {

constexpr double kNearlyAll = 0.9;     ///< share of the groups whose frame count is the rule
constexpr std::size_t kEnough = 10;    ///< groups, before a rule is read from them
constexpr std::size_t kNamedGaps = 5;  ///< missing frames that are named one by one

/// The numbers that are missing between the least and the greatest of `frames`, which are sorted
/// and different: the first ones, and how many there are.
std::uint64_t missing(const std::vector<int>& frames, std::vector<int>& first) {
  std::uint64_t count = 0;
  for (std::size_t i = 1; i < frames.size(); ++i) {
    for (std::int64_t n = std::int64_t{frames[i - 1]} + 1;
         n < frames[i] && first.size() < kNamedGaps; ++n)
      first.push_back(static_cast<int>(n));
    count += static_cast<std::uint64_t>(std::int64_t{frames[i]} - frames[i - 1] - 1);
  }
  return count;
}

}  // namespace

void TrackCheck::add(const Sample& sample, std::uint64_t line) {
  if (sample.group.empty() || is_variant(sample)) return;
  Track& track = tracks_[stable_hash(sample.group)];
  const std::uint64_t image = stable_hash(sample.image);
  if (track.line == 0) {
    track.line = line;
    track.image = image;
    track.roi = sample.roi;
  } else if (image == track.image && sample.roi != track.roi) {
    track.scene = true;
  }
  if (sample.frame) track.frames.push_back(*sample.frame);
  if (!sample.label) return;
  if (!track.labelled) {
    track.label = *sample.label;
    track.labelled = true;
  } else if (*sample.label != track.label && track.conflict_line == 0) {
    track.conflict_line = line;
    track.conflict_label = *sample.label;
  }
}

std::vector<TrackCheck::Fault> TrackCheck::faults() const {
  struct Judged {
    const Track* track;
    std::vector<int> frames, gaps;  ///< different ones, in order; the first missing ones
    std::uint64_t missing = 0;
  };
  std::vector<Fault> faults;
  std::vector<Judged> judged;
  std::map<std::size_t, std::size_t> sizes;  // how many groups have so many frames
  std::size_t without_gap = 0;
  for (const auto& [key, track] : tracks_) {
    if (track.conflict_line != 0 && !track.scene) {
      faults.push_back(
          {Severity::error, "group-labels", track.conflict_line, track.line,
           fmt::format("is labelled {} here, but {}", track.conflict_label, track.label),
           "a group is one sign: correct the label or the group"});
    }
    if (track.frames.empty()) continue;
    Judged& each = judged.emplace_back(Judged{&track, track.frames, {}});
    std::sort(each.frames.begin(), each.frames.end());
    const auto twice = std::adjacent_find(each.frames.begin(), each.frames.end());
    if (twice != each.frames.end()) {
      faults.push_back({Severity::warning, "frame-twice", track.line, 0,
                        fmt::format("has frame {} twice", *twice),
                        "take one of them out, or correct the frame or the group"});
      each.frames.erase(std::unique(twice, each.frames.end()), each.frames.end());
    }
    each.missing = missing(each.frames, each.gaps);
    without_gap += each.missing == 0 ? 1 : 0;
    ++sizes[each.frames.size()];
  }
  const auto rule = std::max_element(
      sizes.begin(), sizes.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
  const bool gaps_are_rare = 2 * without_gap > judged.size();
  const bool counts_agree =
      judged.size() >= kEnough &&
      static_cast<double>(rule->second) >= kNearlyAll * static_cast<double>(judged.size());
  for (const Judged& each : judged) {
    Fault fault{Severity::warning, {}, each.track->line, 0, {}, {}};
    if (each.missing > 0 && gaps_are_rare) {
      fault.kind = "frame-missing";
      fault.what = fmt::format("lacks {} {}{} between its frames {} and {}",
                               each.missing == 1 ? "frame" : "frames", fmt::join(each.gaps, ", "),
                               each.missing > each.gaps.size()
                                   ? fmt::format(" and {} more", each.missing - each.gaps.size())
                                   : std::string(),
                               each.frames.front(), each.frames.back());
    } else if (counts_agree && each.frames.size() != rule->first) {
      fault.kind = "frame-count";
      fault.what =
          fmt::format("has {}, while {} of {} groups have {}", counted(each.frames.size(), "frame"),
                      grouped(rule->second), grouped(judged.size()), rule->first);
    } else {
      continue;
    }
    fault.remedy = "look for what was lost on the way, or go on if that is how it was recorded";
    faults.push_back(std::move(fault));
  }
  std::sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) {
    return std::pair(a.line, a.kind) < std::pair(b.line, b.kind);
  });
  return faults;
}

}  // namespace signpost
