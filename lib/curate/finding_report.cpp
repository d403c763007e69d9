#include "curate/finding_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/progress.h"
#include "base/random.h"

namespace signpost {

void FindingReport::add(const Finding& finding) {
  if (std::find(options_.allow.begin(), options_.allow.end(), finding.kind) !=
      options_.allow.end()) {
    ++allowed_;
    return;
  }
  ++(finding.severity == Severity::error ? errors_ : warnings_);
  if (options_.json) return write_(json_line(finding));
  const auto [at, first] = kinds_.try_emplace(finding.kind);
  Kind& kind = at->second;
  if (first) order_.push_back(at->first);
  kind.severity = std::max(kind.severity, finding.severity);
  if (++kind.count <= options_.limit || options_.limit == 0) return write_(text_line(finding));
  ++kind.hidden;
  if (!finding.group.empty()) kind.groups.insert(stable_hash(finding.group));
  if (finding.label) ++kind.labels[*finding.label];
}

void FindingReport::finish(const std::string& name) {
  for (const std::string_view kind : order_) {
    const Kind& known = kinds_.at(kind);
    if (known.hidden == 0) continue;
    Finding rest{known.severity, kind, name, {}, {}, "print all with --limit 0 or --json"};
    rest.what = grouped(known.hidden) + " more like these";
    if (!known.groups.empty()) rest.what += ", in " + counted(known.groups.size(), "group");
    if (known.labels.size() == 1) {
      rest.what += fmt::format(", in class {}", known.labels.begin()->first);
    } else if (!known.labels.empty()) {
      const auto most =
          std::max_element(known.labels.begin(), known.labels.end(),
                           [](const auto& a, const auto& b) { return a.second < b.second; });
      rest.what += fmt::format(", in {} classes ({} in class {})", known.labels.size(),
                               grouped(most->second), most->first);
    }
    write_(text_line(rest));
  }
}

}  // namespace signpost
