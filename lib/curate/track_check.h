#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "curate/finding.h"
#include "sample/sample.h"

namespace signpost {

/// Looks at the frames of each group: a group shows one sign, so its labels agree (but where it is
/// a scene, whose first image holds several boxes), and where most groups have the same number of
/// frames, or no gap in their numbers, the others have lost some. Variants of a sample (those with
/// an augment operation) are not frames and are not counted. Memory: 4 bytes a frame and about 120
/// a group.
class TrackCheck {
 public:
  void add(const Sample& sample, std::uint64_t line);

  /// A finding about a group; `line` is where it is reported, `other_line` another of its records
  /// that it speaks of, or 0.
  struct Fault {
    Severity severity = Severity::warning;
    std::string_view kind;
    std::uint64_t line = 0, other_line = 0;
    std::string what;  ///< behind the group's name
    std::string remedy;
  };
  /// In the order of their lines.
  std::vector<Fault> faults() const;

 private:
  struct Track {
    std::uint64_t line = 0;           ///< of its first record
    std::uint64_t conflict_line = 0;  ///< of the first that has another label
    int label = 0, conflict_label = 0;
    bool labelled = false;
    std::uint64_t image = 0;  ///< of its first record, hashed
    std::optional<Roi> roi;   ///< of its first record
    bool scene = false;       ///< its first image has several boxes
    std::vector<int> frames;
  };
  std::unordered_map<std::uint64_t, Track> tracks_;  ///< by the hash of the group
};

}  // namespace signpost
