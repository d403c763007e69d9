#include "curate/merge.h"

#include <algorithm>
#include <tuple>

#include "base/random.h"

namespace signpost {

void Merger::add(const Sample& sample, std::uint64_t line, std::size_t input) {
  if (first_inputs_.empty() || first_inputs_.back() != input) {
    first_inputs_.push_back(input);
    first_lines_.push_back(line);
  }
  text_.clear();
  encode(sample, text_);
  entries_.push_back({stable_hash(sample.id), stable_hash(text_), line});
}

void Merger::decide(OnConflict rule, std::size_t inputs) {
  counts_.resize(inputs);
  kept_.resize(entries_.empty() ? 0 : entries_.back().line + 1);
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.id, a.line) < std::tie(b.id, b.line);
  });
  const auto count_of = [&](std::uint64_t line) -> Count& {
    const auto after = std::upper_bound(first_lines_.begin(), first_lines_.end(), line);
    return counts_[first_inputs_[static_cast<std::size_t>(after - first_lines_.begin()) - 1]];
  };
  for (auto at = entries_.begin(); at != entries_.end();) {
    const Entry& first = *at;
    kept_[first.line] = true;
    ++count_of(first.line).added;
    Entry current = first;
    for (++at; at != entries_.end() && at->id == first.id; ++at) {
      Count& count = count_of(at->line);
      if (at->content == current.content) {
        ++count.same;
      } else if (rule == OnConflict::last) {
        ++count.replaced;
        current = *at;
      } else {
        ++count.dropped;
        if (rule == OnConflict::error) conflicts_.push_back({at->line, first.line});
      }
    }
    if (current.content != first.content) replacements_.emplace_back(first.line, current.line);
  }
  std::deque<Entry>().swap(entries_);
  std::sort(conflicts_.begin(), conflicts_.end(),
            [](const Conflict& a, const Conflict& b) { return a.line < b.line; });
  std::sort(replacements_.begin(), replacements_.end());
}

std::string differing_fields(const Sample& a, const Sample& b) {
  std::string names;
  const auto compare = [&](const char* name, const auto& left, const auto& right) {
    if (left == right) return;
    if (!names.empty()) names += ", ";
    names += name;
  };
  compare("id", a.id, b.id);
  compare("image", a.image, b.image);
  compare("width", a.width, b.width);
  compare("height", a.height, b.height);
  compare("roi", a.roi, b.roi);
  compare("label", a.label, b.label);
  compare("group", a.group, b.group);
  compare("frame", a.frame, b.frame);
  compare("split", a.split, b.split);
  compare("sha256", a.sha256, b.sha256);
  compare("ops", a.ops, b.ops);
  compare("other fields", a.extra, b.extra);
  return names;
}

}  // namespace signpost
