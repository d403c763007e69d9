#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace signpost {

/// How a stream came to be: docs/decisions/0011-history.md.
///
/// A stream carries its history in the field "history" of a few of its records, as a rule of the
/// first: the steps that made it, sources first, each what `Provenance::json` gives. A step
/// continues the one before it, unless "from" lists the places of those that it continues ([] for
/// a source): streams can be joined.
///
/// A program that reads and writes a stream takes in each history that it meets and puts it, with
/// its own step behind, on the next record that it writes; its first record carries its own step
/// even if nothing was read. A history that another one contains at its end adds nothing, so a
/// record that was shuffled away from the front loses nothing; what grep dropped is missing, and no
/// more than that.
///
/// Without `provenance().command` nothing is carried on. Not thread-safe. Read and write records in
/// step: then the output does not depend on threads.
class History {
 public:
  /// Takes in the value of a "history" field. False, and nothing is taken in, if it is none.
  bool read(std::string_view json);

  /// True if the next record out has something to carry.
  bool pending() const { return !begun_ || given_ < heads_.size(); }

  /// What the next record out has to carry: the value of the field, or nothing at all.
  std::string take();

  /// All that was read, this program's own step last: the value of the field. For sinks.
  std::string json() const;

  /// All that was read, without this program's step: the value of the field; "[]" for nothing.
  std::string known() const;

  /// Steps beyond so many are left out, and one step says so.
  static constexpr std::size_t kMaxSteps = 1000;

 private:
  struct Step {
    std::string text;               ///< compact JSON, without "from"
    std::vector<std::size_t> from;  ///< places in steps_, all lower than its own; ascending
  };
  std::size_t place_of(Step step);
  /// Pairs of steps that are known (not) to be the end of one another.
  using Compared = std::unordered_map<std::uint64_t, bool>;
  bool adds_nothing(std::size_t step, std::size_t to, Compared& compared) const;
  std::string written(const std::vector<std::size_t>& heads, const std::string& own) const;
  std::vector<std::size_t> telling_heads(std::size_t first) const;

  std::vector<Step> steps_;
  std::unordered_map<std::string, std::size_t> places_;
  std::vector<std::size_t> heads_;  ///< the last step of each history read
  std::size_t given_ = 0;           ///< how many of them `take` has given
  bool begun_ = false, full_ = false;
};

/// That of the stream which this process reads and of the one that it writes.
History& stream_history();

/// True if `json` is the value of a "history" field as this release writes it. Anything else of
/// that name belongs to whoever wrote it.
bool is_history(std::string_view json);

/// The record's text without its history, which goes to `history` as JSON text (empty for none).
/// The rest stays as it is. The result is `record` itself, or lies in `buffer`.
std::string_view without_history(std::string_view record, std::string& history,
                                 std::string& buffer);

}  // namespace signpost
