#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "sample/sample.h"

namespace signpost {

/// Which record stands for an id that came with different contents.
enum class OnConflict { error, first, last };

/// Decides which records of several streams make up their union, one for each id. Two records are
/// the same if they encode to the same text; the order of known fields and white space do not
/// count.
///
/// Records are known by their number among all lines of all inputs, counted from 0, which must grow
/// from call to call. Memory: 24 bytes a record, and what `differences` and `replacements` hold.
/// Ids and contents are compared by 64-bit hashes: of ten million ids, two collide with a chance of
/// 3 in 10^6.
class Merger {
 public:
  void add(const Sample& sample, std::uint64_t line, std::size_t input);

  /// Ends the first pass. `inputs` is how many there are.
  void decide(OnConflict rule, std::size_t inputs);

  /// What became of a record whose id stood already, with another content.
  enum class Outcome : unsigned char {
    dropped,    ///< what stood stays (OnConflict::first)
    replaced,   ///< it took the place of what stood (OnConflict::last)
    undecided,  ///< OnConflict::error: there is no union
  };
  struct Difference {
    std::uint64_t line, against;  ///< `against` is the line of the content that stood
    Outcome outcome;
  };
  /// In the order of their lines.
  const std::vector<Difference>& differences() const { return differences_; }

  /// True if the union has a record in the place of this line: ids stand where they came first.
  bool kept(std::uint64_t line) const { return line < kept_.size() && kept_[line]; }

  /// With OnConflict::last: kept lines (first) that give way to the content of a later line
  /// (second), ordered by the first.
  const std::vector<std::pair<std::uint64_t, std::uint64_t>>& replacements() const {
    return replacements_;
  }

  /// What became of an input's records.
  struct Count {
    std::uint64_t added = 0;      ///< new ids
    std::uint64_t same = 0;       ///< known already, with this content
    std::uint64_t dropped = 0;    ///< known already with another content, which stayed
    std::uint64_t replaced = 0;   ///< known already with another content, which gave way
    std::uint64_t undecided = 0;  ///< known already with another content
  };
  const std::vector<Count>& counts() const { return counts_; }

 private:
  struct Entry {
    std::uint64_t id, content, line;
  };
  std::deque<Entry> entries_;
  std::vector<std::uint64_t> first_lines_;  ///< of each input that has a record
  std::vector<std::size_t> first_inputs_;
  std::vector<bool> kept_;
  std::vector<Difference> differences_;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> replacements_;
  std::vector<Count> counts_;
  std::string text_;
};

}  // namespace signpost
