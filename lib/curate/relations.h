#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "curate/finding.h"
#include "curate/side.h"
#include "sample/sample.h"
#include "sample/stream.h"

namespace signpost {

/// What can be wrong between samples: ids that stand twice, groups on two sides of the split, exact
/// copies.
///
/// Every sample is added, then `report` is called once. Memory: 56 bytes a sample, and what
/// the samples of the findings take; names are read again from the input.
class Relations {
 public:
  /// `content` is the SHA-256 of the image's file in hexadecimal, or empty if it is not known.
  void add(const Sample& sample, const std::string& content, std::uint64_t line);

  /// `lines` is the input that the samples came from, opened for two passes and read to its end.
  void report(LineReader& lines, const std::function<void(const Finding&)>& found);

 private:
  struct Entry {
    std::uint64_t line, id, group, content;  ///< hashes; 0 for no group, no content
    std::uint32_t image, roi, ops;           ///< hashes
    int label;                               ///< kNoLabel for none
    Side side;
  };
  /// A finding before its samples' names are known. `lines` are those that it speaks of, the first
  /// one being where it is reported.
  struct Draft {
    Severity severity;
    std::string_view kind;
    std::vector<std::uint64_t> lines;
    std::uint64_t more = 0;  ///< records beyond `lines`
  };
  using Run = std::vector<const Entry*>;

  template <typename Key, typename Visit>
  void each_run(Key key, Visit visit) const;
  void find_ids();
  void find_groups();
  void find_copies();
  void judge_copies(const Run& run);
  void judge_same_image(const Run& run);
  void draft(Severity severity, std::string_view kind, const Run& run);

  std::deque<Entry> entries_;
  std::vector<Draft> drafts_;
};

}  // namespace signpost
