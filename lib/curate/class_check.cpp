#include "curate/class_check.h"

#include <fmt/format.h>

#include "base/progress.h"
#include "base/random.h"
#include "curate/split.h"

namespace signpost {

void ClassCheck::add(const Sample& sample) {
  const Side side = side_of(sample.split).value_or(Side::none);
  ++all_[static_cast<std::size_t>(side)];
  if (!sample.label) return;
  Class& known = classes_[*sample.label];
  ++known.samples[static_cast<std::size_t>(side)];
  if (side != Side::test && known.groups.size() < options_.min_groups)
    known.groups.insert(stable_hash(group_of(sample)));
}

void ClassCheck::report(const std::string& name, const Catalogue& catalogue,
                        const std::function<void(const Finding&)>& found) const {
  const auto [none, train, val, test] = all_;
  const auto tell = [&](Severity severity, std::string_view kind, std::string what,
                        std::string remedy) -> Finding {
    return {severity, kind, name, {}, std::move(what), std::move(remedy)};
  };
  if (none > 0 && train + val > 0) {
    found(tell(Severity::warning, "unassigned",
               counted(none, "sample") + " without a split while others have one",
               "run signpost split, which keeps the splits that are there"));
  }
  if (none + train == 0) return;
  const auto title = [&](int label) {
    return fmt::format("class {} ({})", label, catalogue.find(label)->name);
  };
  const bool split = train > 0;
  std::pair<std::uint64_t, int> largest;
  for (const auto& [label, known] : classes_) {
    if (catalogue.find(label)) largest = std::max(largest, {known.training(split), -label});
  }
  for (const auto& [label, known] : classes_) {
    if (!catalogue.find(label)) continue;
    const auto tell_of = [&](Severity severity, std::string_view kind, const std::string& what,
                             std::string remedy) {
      Finding finding = tell(severity, kind, title(label) + what, std::move(remedy));
      finding.label = label;
      return finding;
    };
    const std::uint64_t training = known.training(split);
    if (known.samples[0] + known.samples[1] == 0) {
      found(tell_of(Severity::error, "untrained-class",
                    " is to be measured but has no sample to train on",
                    "give some of its groups to train, or take the class out"));
    } else if (known.groups.size() < options_.min_groups) {
      found(tell_of(
          Severity::warning, "few-groups",
          known.groups.size() == 1
              ? " has one group, so it cannot be both trained on and validated"
              : fmt::format(" has {} groups, under {}", known.groups.size(), options_.min_groups),
          "collect another sign of it"));
    }
    if (training == 0) continue;
    const double ratio = static_cast<double>(largest.first) / static_cast<double>(training);
    if (ratio > options_.max_imbalance) {
      Finding finding =
          tell_of(Severity::warning, "imbalance",
                  fmt::format(" has {} to train on, {:.1f} times fewer than {} with {}",
                              counted(training, "sample"), ratio, title(-largest.second),
                              grouped(largest.first)),
                  "collect more of it, or give it more variants with signpost augment");
      finding.values = {{"ratio", ratio}};
      found(finding);
    }
  }
}

}  // namespace signpost
