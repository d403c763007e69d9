#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sample/catalogue.h"
#include "sample/sample.h"

namespace signpost {

/// A question about a sample, such as
///
///     label in (0..5, 7) and roi_min_side >= 24 and not (split == "test" or augmented)
///
/// docs/commands/select.md defines the language. In short: `==` `!=` `<` `<=` `>` `>=`, `in (…)`
/// with ranges, `~` for a glob, `is null`, `has(…)`, `and`, `or`, `not`, parentheses. A field that
/// is not there equals nothing and is not less or greater than anything.
///
/// Parsed once into a list of tests, each with the test that follows if it holds and if it does
/// not; asking a sample is a walk through that list. It allocates nothing, unless fields of one's
/// own (`.weather`) are asked for: those are read from `Sample::extra`, in buffers that are kept.
///
/// Movable, not copyable. Not thread-safe: one a thread.
class Expression {
 public:
  /// Throws Error{usage} with three lines: what is wrong and in which column, the expression, a
  /// caret. Depth and time are bounded for any text.
  static Expression parse(std::string_view text, Catalogue catalogue);

  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;
  ~Expression();

  bool matches(const Sample& sample);

  /// The fields of one's own that the expression names and that no sample so far had, as written.
  /// A field behind an `and` or `or` that was never reached counts as there.
  std::vector<std::string> fields_never_seen() const;

 private:
  struct State;
  explicit Expression(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace signpost
