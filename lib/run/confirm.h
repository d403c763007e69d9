#pragma once

#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "device/cascade.h"

namespace signpost {

/// What a person typed when asked whether a sign is the one that was recognised.
struct Confirmation {
  enum class Kind { label, skip, unclear } kind = Kind::skip;
  int label = 0;      ///< a class id, for Kind::label
  std::string wrong;  ///< for Kind::unclear: why, and what to type
};

/// "y" or "yes" is the `recognised` class; a number is a class id among `labels`; other words are a
/// name, in English or German and in any case, or the beginning of one that no other class shares;
/// nothing, "s" or "skip" says nothing.
Confirmation parse_confirmation(std::string_view typed, int recognised,
                                const std::vector<Label>& labels);

/// Asks a person after each answer.
class Confirmer {
 public:
  /// Both must stay. `in` is read line by line; at its end nothing more is asked.
  Confirmer(std::istream& in, std::ostream& out) : in_(in), out_(out) {}

  /// The class that the person says it is; nothing if he skips. Asks again until it is clear.
  std::optional<int> ask(std::string_view where, const Verdict& verdict);

 private:
  std::istream& in_;
  std::ostream& out_;
};

}  // namespace signpost
