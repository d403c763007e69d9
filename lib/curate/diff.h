#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/progress.h"
#include "base/rejects.h"
#include "sample/record_source.h"
#include "sample/sample.h"

namespace signpost {

/// What became of one sample.
struct Change {
  enum class Kind {
    added,
    removed,
    renamed,  ///< another id for the same image bytes, box and operations
    changed   ///< the same id with other fields
  };
  Kind kind;
  Sample a, b;  ///< in A and in B; empty where it is not

  /// The fields in which the two differ, in the order of the record, each with both values as JSON
  /// ("null" for a missing one). Unknown fields stand together as "extra". Without the id.
  struct Field {
    std::string_view name;
    std::string a, b;
  };
  std::vector<Field> fields() const;
};

/// What changed between two data sets, in numbers.
struct DiffSummary {
  template <typename T>
  using Moves = std::map<std::pair<T, T>, std::uint64_t>;  ///< from, to: samples

  std::uint64_t samples_a = 0, samples_b = 0;
  std::uint64_t same = 0, added = 0, removed = 0, renamed = 0;
  std::uint64_t relabelled = 0;            ///< the label differs
  std::uint64_t moved = 0;                 ///< the side of the split differs
  std::uint64_t other_changed = 0;         ///< some other field differs
  std::uint64_t twice_a = 0, twice_b = 0;  ///< records whose id came before; they are left out
  Moves<std::optional<int>> relabels;
  Moves<std::string> moves;
  std::map<std::string, std::uint64_t, std::less<>> fields;  ///< samples in which each differs
  std::map<std::optional<int>, std::pair<std::uint64_t, std::uint64_t>> classes;  ///< in A and B
  std::string history_a, history_b;  ///< the values of "history" fields

  /// True if both hold the same samples; how they were made does not count.
  bool equal() const { return added + removed + renamed + relabelled + moved + other_changed == 0; }
};

/// Compares the records of two data sets by their ids. `on_change` gets the changes: what is in A
/// in the order of A, then what was added in the order of B. Two records are the same if all fields
/// are, but for the history, as JSON values: neither order nor white space count, and 0.0 is 0.
///
/// Memory: 24 bytes a record; ids and contents are compared by 64-bit hashes, as Merger does. What
/// changed is read a second time. Bad records go to `rejects` and are left out.
DiffSummary diff(RecordSource& a, RecordSource& b, Rejects& rejects, Progress& progress,
                 const std::function<void(const Change&)>& on_change);

}  // namespace signpost
