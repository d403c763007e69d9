#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "sample/catalogue.h"
#include "sample/expression_fields.h"

namespace signpost {

/// What an expression becomes; see expression.h.
struct ExpressionProgram {
  enum class Kind : unsigned char {
    constant,        ///< `truth`
    compare,         ///< left, comparison, literals[index]
    compare_fields,  ///< left, comparison, right
    in_set,          ///< left in sets[index]
    glob,            ///< left ~ literals[index].text
    is_null,         ///< left
    holds,           ///< left, which is true or false
    contains,        ///< literals[index] in left, a list
  };
  enum class Comparison : unsigned char { equal, unequal, less, at_most, greater, at_least };

  struct Operand {
    Field field = Field::id;
    std::uint32_t custom = 0;  ///< index into `customs` for Field::custom
  };
  struct Literal {
    ExpressionValue::Type type = ExpressionValue::Type::null;  ///< number, text or truth
    bool truth = false;
    double number = 0;
    std::string text;
  };
  struct Interval {
    double low, high;
  };
  /// What stands in the parentheses behind `in`.
  struct Set {
    std::vector<Interval> numbers;   ///< ascending, apart
    std::vector<std::string> texts;  ///< ascending
  };
  struct Custom {
    std::string written;  ///< as in the expression
    std::string pointer;  ///< as a JSON pointer (RFC 6901)
    bool asked = false, seen = false;
  };
  struct Test {
    Kind kind = Kind::constant;
    Comparison comparison = Comparison::equal;
    bool truth = true;
    Operand left, right;
    std::uint32_t index = 0;
    std::uint32_t if_true = kAccept, if_false = kReject;  ///< the test that follows
  };
  static constexpr std::uint32_t kAccept = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::uint32_t kReject = kAccept - 1;

  std::vector<Test> tests;
  std::uint32_t first = kAccept;
  std::vector<Literal> literals;
  std::vector<Set> sets;
  std::vector<Custom> customs;
  Catalogue catalogue;
};

/// Throws Error{usage}; see Expression::parse.
ExpressionProgram parse_expression(std::string_view text, Catalogue catalogue);

}  // namespace signpost
