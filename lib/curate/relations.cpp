#include "curate/relations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <utility>

#include "base/random.h"
#include "curate/reread.h"

namespace signpost {
namespace {

constexpr int kNoLabel = std::numeric_limits<int>::max();

constexpr std::string_view kDuplicateId = "duplicate-id", kGroupLeak = "group-leak",
                           kCopyLabels = "copy-labels", kCopyLeak = "copy-leak",
                           kCopyGroups = "copy-groups", kCopy = "copy";

std::uint32_t short_hash(std::string_view text) {
  return static_cast<std::uint32_t>(stable_hash(text));
}

std::uint32_t roi_hash(const std::optional<Roi>& roi) {
  return roi ? short_hash(fmt::format("{},{},{},{}", roi->x1, roi->y1, roi->x2, roi->y2)) : 0;
}

std::string side_text(const std::string& split) {
  return split.empty() ? "without a split" : "in " + split;
}

std::string label_text(const Sample& sample) {
  return sample.label ? std::to_string(*sample.label) : "nothing";
}

/// Fills in what the finding says about `here`, given the other record and how many more there are.
void describe(Finding& finding, const Sample& here, const Sample& there, std::uint64_t there_line,
              std::uint64_t more) {
  if (finding.kind == kDuplicateId) {
    finding.what = fmt::format("the id stands on line {} too", there_line);
    finding.remedy = "give each sample an id of its own, or unite the records with signpost merge";
    return;
  }
  if (finding.kind == kGroupLeak) {
    finding.what = fmt::format("group {} is in {} here, but in {} on line {}", here.group,
                               here.split, there.split, there_line);
    finding.remedy = "put the whole group on one side, or draw anew with signpost split --reassign";
    return;
  }
  const bool same_image = here.image == there.image;
  finding.what =
      fmt::format("{} {} (line {}{})",
                  same_image ? "shows the same box of the same image as" : "is an exact copy of",
                  there.id, there_line, more > 0 ? fmt::format(", and {} more", more) : "");
  if (finding.kind == kCopyLabels) {
    finding.what +=
        fmt::format(", but is labelled {}, not {}", label_text(here), label_text(there));
    finding.remedy = "find out which label is right and take the other record out";
  } else if (finding.kind == kCopyLeak) {
    finding.what += fmt::format(", which is {} while this one is {}", side_text(there.split),
                                side_text(here.split));
    finding.remedy = "take one of them out";
  } else if (finding.kind == kCopyGroups) {
    finding.what += ", which belongs to another group";
    finding.remedy = "give both the same group or take one out before they are split";
  } else {
    finding.remedy = "one of them is enough";
  }
}

/// A sign that is flipped or turned is another picture than the upright one, with a label of its
/// own.
std::string_view transform_text(const Sample& sample) {
  const std::size_t from = sample.ops.find("\"transform\"");
  if (from == std::string::npos) return {};
  return std::string_view(sample.ops).substr(from, sample.ops.find('}', from) - from);
}

}  // namespace

void Relations::add(const Sample& sample, const std::string& content, std::uint64_t line) {
  Entry entry{};
  entry.line = line;
  entry.id = stable_hash(sample.id);
  entry.group = sample.group.empty() ? 0 : stable_hash(sample.group);
  entry.content = content.empty() ? 0 : stable_hash(content + std::string(transform_text(sample)));
  entry.image = short_hash(sample.image);
  entry.roi = roi_hash(sample.roi);
  entry.ops = short_hash(sample.ops);
  entry.label = sample.label.value_or(kNoLabel);
  entry.side = side_of(sample.split).value_or(Side::none);
  entries_.push_back(entry);
}

/// Visits every run of two or more entries with one key, in the order of their lines; key 0 is
/// none.
template <typename Key, typename Visit>
void Relations::each_run(Key key, Visit visit) const {
  Run sorted;
  for (const Entry& entry : entries_) {
    if (key(entry) != 0) sorted.push_back(&entry);
  }
  std::sort(sorted.begin(), sorted.end(), [&](const Entry* a, const Entry* b) {
    return std::pair(key(*a), a->line) < std::pair(key(*b), b->line);
  });
  Run run;
  for (auto at = sorted.begin(); at != sorted.end();) {
    const auto begin = at;
    while (at != sorted.end() && key(**at) == key(**begin)) ++at;
    if (at - begin < 2) continue;
    run.assign(begin, at);
    visit(run);
  }
}

void Relations::draft(Severity severity, std::string_view kind, const Run& run) {
  drafts_.push_back({severity, kind, {run[1]->line, run[0]->line}, run.size() - 2});
}

void Relations::find_ids() {
  each_run([](const Entry& entry) { return entry.id; },
           [this](const Run& run) {
             for (std::size_t i = 1; i < run.size(); ++i)
               draft(Severity::error, kDuplicateId, {run[0], run[i]});
           });
}

void Relations::find_groups() {
  each_run([](const Entry& entry) { return entry.group; },
           [this](const Run& run) {
             Run sides;
             for (const Entry* entry : run) {
               if (entry->side != Side::none &&
                   std::none_of(sides.begin(), sides.end(),
                                [&](const Entry* other) { return other->side == entry->side; }))
                 sides.push_back(entry);
             }
             for (std::size_t i = 1; i < sides.size(); ++i)
               draft(Severity::error, kGroupLeak, {sides[0], sides[i]});
           });
}

void Relations::find_copies() {
  each_run([](const Entry& entry) { return entry.content; },
           [this](const Run& run) {
             std::map<std::uint32_t, Run> by_image;
             Run one_each;
             for (const Entry* entry : run) {
               Run& same = by_image[entry->image];
               if (same.empty()) one_each.push_back(entry);
               same.push_back(entry);
             }
             if (one_each.size() > 1) judge_copies(one_each);
             for (const auto& [image, same] : by_image) judge_same_image(same);
           });
}

/// Different files with the same bytes, one entry for each file.
void Relations::judge_copies(const Run& run) {
  const Entry& first = *run[0];
  const auto move_second = [&run](auto differs) {
    Run moved = run;
    const auto at = std::find_if(moved.begin() + 1, moved.end(), differs);
    if (at == moved.end()) return Run{};
    std::rotate(moved.begin() + 1, at, at + 1);
    return moved;
  };
  const Run labels = move_second([&](const Entry* entry) {
    return entry->label != first.label && entry->label != kNoLabel && first.label != kNoLabel;
  });
  if (!labels.empty()) draft(Severity::error, kCopyLabels, labels);
  const Run sides = move_second([&](const Entry* entry) { return entry->side != first.side; });
  if (!sides.empty()) draft(Severity::error, kCopyLeak, sides);
  if (!labels.empty() || !sides.empty()) return;
  const Run groups = move_second(
      [&](const Entry* entry) { return entry->group == 0 || entry->group != first.group; });
  draft(Severity::warning, groups.empty() ? kCopy : kCopyGroups, groups.empty() ? run : groups);
}

/// One file that stands in several records: signs in one scene, or variants of one sign.
void Relations::judge_same_image(const Run& run) {
  std::map<std::uint32_t, Run> by_roi;
  for (const Entry* entry : run) by_roi[entry->roi].push_back(entry);
  for (const auto& [roi, same] : by_roi) {
    std::set<std::string_view> told;
    for (std::size_t i = 1; i < same.size(); ++i) {
      const Entry &first = *same[0], &other = *same[i];
      if (other.id == first.id) continue;
      const auto tell = [&](Severity severity, std::string_view kind) {
        if (told.insert(kind).second) draft(severity, kind, {&first, &other});
      };
      if (other.label != first.label && other.label != kNoLabel && first.label != kNoLabel) {
        tell(Severity::error, kCopyLabels);
      } else if (other.side != first.side) {
        tell(Severity::error, kCopyLeak);
      } else if (other.ops == first.ops) {
        tell(Severity::warning, kCopy);
      }
    }
  }
}

void Relations::report(LineReader& lines, const std::function<void(const Finding&)>& found) {
  find_ids();
  find_groups();
  find_copies();
  std::stable_sort(drafts_.begin(), drafts_.end(),
                   [](const Draft& a, const Draft& b) { return a.lines < b.lines; });
  std::set<std::uint64_t> wanted;
  for (const Draft& draft : drafts_) wanted.insert(draft.lines.begin(), draft.lines.end());
  const auto place = [&](std::uint64_t line) { return lines.name() + ":" + std::to_string(line); };
  const std::map<std::uint64_t, Sample> samples = samples_on({wanted.begin(), wanted.end()}, lines);
  for (const Draft& draft : drafts_) {
    const Sample& here = samples.at(draft.lines[0]);
    Finding finding{draft.severity, draft.kind, place(draft.lines[0]), here.id};
    finding.others = {place(draft.lines[1])};
    finding.group = here.group;
    finding.label = here.label;
    describe(finding, here, samples.at(draft.lines[1]), draft.lines[1], draft.more);
    found(finding);
  }
}

}  // namespace signpost
