#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace signpost {

/// One word of an expression.
struct ExpressionToken {
  enum class Kind : unsigned char { end, name, number, text, symbol };
  Kind kind = Kind::end;
  std::size_t begin = 0;           ///< where it begins, in bytes
  std::string text;                ///< of a text: without quotes and escapes; else as written
  std::vector<std::string> parts;  ///< of a name: "a" and "b" of a.b
  bool own = false;                ///< a name with a point before it
  double number = 0;
};

/// Throws Error{usage} that points at `column` (a byte of `text`) with a caret.
[[noreturn]] void fail_at(std::string_view text, std::size_t column, const std::string& what);

/// The words of an expression, Kind::end last. Throws as fail_at.
std::vector<ExpressionToken> expression_tokens(std::string_view text);

}  // namespace signpost
