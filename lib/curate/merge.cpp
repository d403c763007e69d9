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
        differences_.push_back({at->line, current.line, Outcome::replaced});
        current = *at;
      } else if (rule == OnConflict::first) {
        ++count.dropped;
        differences_.push_back({at->line, first.line, Outcome::dropped});
      } else {
        ++count.undecided;
        differences_.push_back({at->line, first.line, Outcome::undecided});
      }
    }
    if (current.content != first.content) replacements_.emplace_back(first.line, current.line);
  }
  std::deque<Entry>().swap(entries_);
  std::sort(differences_.begin(), differences_.end(),
            [](const Difference& a, const Difference& b) { return a.line < b.line; });
  std::sort(replacements_.begin(), replacements_.end());
}

}  // namespace signpost
