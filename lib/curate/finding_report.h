#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "curate/finding.h"

namespace signpost {

/// Turns findings into lines: leaves out the kinds that are allowed and, as text, stops at so many
/// lines of one kind and says at the end how many more there were, and of what.
class FindingReport {
 public:
  struct Options {
    bool json = false;
    std::uint64_t limit = 10;        ///< lines of one kind, as text; 0 is no limit
    std::vector<std::string> allow;  ///< kinds that are counted apart and not printed
  };

  /// `write` gets each line, without its end.
  FindingReport(Options options, std::function<void(const std::string&)> write)
      : options_(std::move(options)), write_(std::move(write)) {}

  void add(const Finding& finding);
  /// Says what the limit kept back; `name` is the stream's. Call once, at the end.
  void finish(const std::string& name);

  std::uint64_t errors() const { return errors_; }
  std::uint64_t warnings() const { return warnings_; }
  std::uint64_t allowed() const { return allowed_; }

 private:
  struct Kind {
    Severity severity = Severity::warning;
    std::uint64_t count = 0, hidden = 0;
    std::set<std::uint64_t> groups;       ///< hashes, of those that were kept back
    std::map<int, std::uint64_t> labels;  ///< likewise
  };
  Options options_;
  std::function<void(const std::string&)> write_;
  std::map<std::string_view, Kind> kinds_;
  std::vector<std::string_view> order_;  ///< of the kinds, as they first came
  std::uint64_t errors_ = 0, warnings_ = 0, allowed_ = 0;
};

}  // namespace signpost
