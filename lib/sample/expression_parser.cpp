#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/spelling.h"
#include "sample/expression_lexer.h"
#include "sample/expression_program.h"

namespace signpost {
namespace {

using Program = ExpressionProgram;
using Token = ExpressionToken;
using Type = ExpressionValue::Type;

constexpr int kDeepest = 100;
constexpr std::array<std::string_view, 9> kWords = {"and",  "or",   "not",   "in", "is",
                                                    "null", "true", "false", "has"};

/// A part of an expression: a test, or a joint of other parts.
struct Node {
  enum class Kind : unsigned char { test, all, any, negation };
  Kind kind = Kind::test;
  Program::Test test;
  std::vector<Node> parts;
};

/// What stands on one side of a comparison.
struct Term {
  std::size_t begin = 0;
  bool is_field = false;
  Program::Operand operand;
  FieldInfo info{};  ///< of the field; its name is empty for a custom one
  Program::Literal literal;
};

Node joined(Node::Kind kind, std::vector<Node> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  return {kind, {}, std::move(parts)};
}

Node negated(Node node) {
  Node result{Node::Kind::negation, {}, {}};
  result.parts.push_back(std::move(node));
  return result;
}

std::string lower_case(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

const FieldInfo* known_field(std::string_view name) {
  for (const FieldInfo& info : expression_fields()) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

/// True for fields that records have under this name; the others follow from them.
bool in_record(Field field) { return field <= Field::ops; }

std::string pointer_of(const std::vector<std::string>& parts) {
  std::string pointer;
  for (const std::string& part : parts) {
    pointer += '/';
    for (const char c : part) {
      if (c == '~') {
        pointer += "~0";
      } else if (c == '/') {
        pointer += "~1";
      } else {
        pointer += c;
      }
    }
  }
  return pointer;
}

class Parser {
 public:
  Parser(std::string_view text, Catalogue catalogue)
      : text_(text), tokens_(expression_tokens(text)) {
    program_.catalogue = std::move(catalogue);
  }

  Program parse() {
    if (peek().kind == Token::Kind::end)
      fail("this is empty; write an expression, or true for every sample");
    const Node root = any_of(0);
    if (peek().kind != Token::Kind::end) {
      fail(is_symbol(")") ? "this ) closes nothing"
                          : "and, or, or the end of the expression is expected here");
    }
    program_.first = emit(root, Program::kAccept, Program::kReject);
    return std::move(program_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { fail_at(text_, peek().begin, what); }

  const Token& peek(std::size_t ahead = 0) const {
    return tokens_[std::min(at_ + ahead, tokens_.size() - 1)];
  }
  const Token& take() {
    const Token& token = peek();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  bool is_symbol(std::string_view symbol, std::size_t ahead = 0) const {
    return peek(ahead).kind == Token::Kind::symbol && peek(ahead).text == symbol;
  }
  bool is_word(std::string_view word, std::size_t ahead = 0) const {
    const Token& token = peek(ahead);
    if (token.kind != Token::Kind::name || token.own || token.parts.size() != 1) return false;
    if (token.text == word) return true;
    if (lower_case(token.text) == word)
      fail_at(text_, token.begin, fmt::format("write {} in lower case", word));
    return false;
  }
  bool accept_symbol(std::string_view symbol) {
    if (!is_symbol(symbol)) return false;
    take();
    return true;
  }
  bool accept_word(std::string_view word) {
    if (!is_word(word)) return false;
    take();
    return true;
  }
  void expect_symbol(std::string_view symbol, std::string_view what) {
    if (!accept_symbol(symbol)) fail(fmt::format("{} is expected here", what));
  }

  Node any_of(int depth) {
    std::vector<Node> parts;
    do parts.push_back(all_of(depth));
    while (accept_word("or"));
    return joined(Node::Kind::any, std::move(parts));
  }

  Node all_of(int depth) {
    std::vector<Node> parts;
    do parts.push_back(one_of(depth));
    while (accept_word("and"));
    return joined(Node::Kind::all, std::move(parts));
  }

  Node one_of(int depth) {
    bool negate = false;
    while (accept_word("not")) negate = !negate;
    Node node = primary(depth);
    return negate ? negated(std::move(node)) : node;
  }

  Node primary(int depth) {
    if (is_symbol("(")) {
      if (depth == kDeepest) fail(fmt::format("parentheses stand more than {} deep", kDeepest));
      take();
      Node node = any_of(depth + 1);
      expect_symbol(")", "the ) of an open (");
      return node;
    }
    if (is_word("has") && is_symbol("(", 1)) {
      take();
      take();
      const Term field = term();
      if (!field.is_field) fail_at(text_, field.begin, "has asks for a field");
      expect_symbol(")", "the ) of has(");
      return negated(null_test(field));
    }
    return comparison();
  }

  Node comparison() {
    const Term left = term();
    const std::size_t begin = peek().begin;
    if (accept_word("is")) {
      const bool negate = accept_word("not");
      if (!accept_word("null")) fail("null is expected here: is null, is not null");
      Node node = null_test(left);
      return negate ? negated(std::move(node)) : node;
    }
    if (is_word("not") && is_word("in", 1)) {
      take();
      take();
      return negated(membership(left));
    }
    if (accept_word("in")) return membership(left);
    if (accept_symbol("~")) return glob(left);
    if (accept_symbol("!~")) return negated(glob(left));
    static constexpr std::array<std::string_view, 6> kComparisons = {"==", "!=", "<",
                                                                     "<=", ">",  ">="};
    for (std::size_t i = 0; i < kComparisons.size(); ++i) {
      if (!accept_symbol(kComparisons[i])) continue;
      Node node = compared(left, static_cast<Program::Comparison>(i), begin, term());
      for (const std::string_view symbol : kComparisons) {
        if (is_symbol(symbol)) fail("comparisons do not chain; write a < b and b < c");
      }
      return node;
    }
    return truth(left);
  }

  /// A field or a literal.
  Term term() {
    Term term;
    term.begin = peek().begin;
    Program::Literal& literal = term.literal;
    if (peek().kind == Token::Kind::number) {
      literal = {Type::number, false, take().number, {}};
    } else if (peek().kind == Token::Kind::text) {
      literal = {Type::text, false, 0, take().text};
    } else if (is_word("true") || is_word("false")) {
      literal = {Type::truth, take().text == "true", 0, {}};
    } else if (accept_word("null")) {
      literal = {};
    } else if (peek().kind == Token::Kind::name) {
      for (const std::string_view word : kWords) {
        if (is_word(word)) fail(fmt::format("a field or a value is expected here, not {}", word));
      }
      field(take(), term);
    } else {
      fail("a field or a value is expected here");
    }
    return term;
  }

  void field(const Token& token, Term& term) {
    term.is_field = true;
    const std::string& head = token.parts.front();
    const FieldInfo* info = known_field(head);
    if (info && token.own && !in_record(info->field)) info = nullptr;
    const bool inside_ops = info && info->field == Field::ops && token.parts.size() > 1;
    if (info && token.parts.size() > 1 && !inside_ops) {
      if (info->field == Field::roi)
        fail_at(text_, token.begin, "write roi_x1, roi_y1, roi_x2 or roi_y2 for a corner");
      fail_at(text_, token.begin, fmt::format("{} has no parts", head));
    }
    if (info && !inside_ops) {
      term.info = *info;
      term.operand.field = info->field;
      return;
    }
    if (!info && !token.own) suggest(token);
    term.operand.field = Field::custom;
    term.info.type = FieldType::any;
    term.operand.custom = custom(token);
  }

  void suggest(const Token& token) const {
    std::vector<std::string_view> names;
    for (const FieldInfo& info : expression_fields()) names.push_back(info.name);
    const std::string& head = token.parts.front();
    if (const std::string_view near = nearest_name(head, names); !near.empty()) {
      fail_at(text_, token.begin,
              fmt::format("there is no field {0}; did you mean {1}? (A field of your own of that "
                          "name is .{0})",
                          head, near));
    }
  }

  std::uint32_t custom(const Token& token) {
    const std::string pointer = pointer_of(token.parts);
    for (std::size_t i = 0; i < program_.customs.size(); ++i) {
      if (program_.customs[i].pointer == pointer) return static_cast<std::uint32_t>(i);
    }
    program_.customs.push_back({token.text, pointer});
    return static_cast<std::uint32_t>(program_.customs.size() - 1);
  }

  std::uint32_t literal(Program::Literal value) {
    program_.literals.push_back(std::move(value));
    return static_cast<std::uint32_t>(program_.literals.size() - 1);
  }

  Node test(Program::Kind kind, const Term& left) const {
    Node node;
    node.test.kind = kind;
    node.test.left = left.operand;
    return node;
  }

  Node null_test(const Term& field) const {
    if (!field.is_field) fail_at(text_, field.begin, "only a field can be null");
    return test(Program::Kind::is_null, field);
  }

  Node truth(const Term& left) const {
    // A word in upper case fails here, not as a field.
    std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return is_word(word); });
    if (!left.is_field) {
      if (left.literal.type != Type::truth)
        fail_at(text_, left.begin, "a value alone says nothing; compare it with a field");
      Node node;
      node.test.truth = left.literal.truth;
      return node;
    }
    if (left.info.type != FieldType::truth && left.info.type != FieldType::any) {
      fail_at(
          text_, left.begin,
          fmt::format("{0} is not true or false; compare it, or write has({0})", left.info.name));
    }
    return test(Program::Kind::holds, left);
  }

  void require_comparable(const Term& field) const {
    if (field.info.type == FieldType::presence) {
      fail_at(
          text_, field.begin,
          fmt::format("{} cannot be compared: it is the {}", field.info.name, field.info.meaning));
    }
  }

  /// Fails if the field can never have such a value.
  void require_fit(const Term& field, Type type, const std::string& value, std::size_t begin) {
    require_comparable(field);
    const FieldInfo& info = field.info;
    if (info.type == FieldType::number && type != Type::number)
      fail_at(text_, begin, fmt::format("{} is a number; write one here", info.name));
    if (info.type == FieldType::text && type != Type::text)
      fail_at(text_, begin, fmt::format("{} is text; write it in quotes", info.name));
    if (info.type == FieldType::truth && type != Type::truth)
      fail_at(text_, begin, fmt::format("{} is true or false", info.name));
    std::vector<std::string_view> names;
    if (info.field == Field::split) names = {"train", "val", "test"};
    for (const SignClass& sign : program_.catalogue.classes()) {
      if (info.field == Field::class_name) names.emplace_back(sign.name);
      if (info.field == Field::class_name_de) names.emplace_back(sign.name_de);
      if (info.field == Field::shape) names.emplace_back(sign.shape);
    }
    if (names.empty() || std::find(names.begin(), names.end(), value) != names.end()) return;
    const std::string_view near = nearest_name(value, names);
    const std::string hint = near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near);
    fail_at(text_, begin, fmt::format("no {} is \"{}\"{}", info.name, value, hint));
  }

  Node compared(Term left, Program::Comparison comparison, std::size_t begin, Term right) {
    using enum Program::Comparison;
    if (!left.is_field) {
      if (!right.is_field) fail_at(text_, left.begin, "one side of a comparison must be a field");
      std::swap(left, right);
      static constexpr std::array kTurned = {equal, unequal, greater, at_least, less, at_most};
      comparison = kTurned[static_cast<std::size_t>(comparison)];
    }
    if (right.is_field) {
      require_comparable(left);
      require_comparable(right);
      if (left.info.type != right.info.type && left.info.type != FieldType::any &&
          right.info.type != FieldType::any) {
        fail_at(text_, begin,
                fmt::format("{} and {} are of different types", left.info.name, right.info.name));
      }
      Node node = test(Program::Kind::compare_fields, left);
      node.test.comparison = comparison;
      node.test.right = right.operand;
      return node;
    }
    if (right.literal.type == Type::null) {
      if (comparison != equal && comparison != unequal)
        fail_at(text_, begin, "null has no order; write is null or is not null");
      Node node = null_test(left);
      return comparison == equal ? node : negated(std::move(node));
    }
    const bool ordered = comparison != equal && comparison != unequal;
    if (ordered && right.literal.type == Type::truth)
      fail_at(text_, begin, "true and false have no order");
    if (ordered && (left.info.field == Field::split || left.info.field == Field::shape))
      fail_at(text_, begin, fmt::format("{} has no order", left.info.name));
    require_fit(left, right.literal.type, right.literal.text, right.begin);
    Node node = test(Program::Kind::compare, left);
    node.test.comparison = comparison;
    node.test.index = literal(std::move(right.literal));
    return node;
  }

  Node glob(const Term& left) {
    if (!left.is_field) fail_at(text_, left.begin, "~ asks for a field on its left");
    require_comparable(left);
    if (left.info.type != FieldType::text && left.info.type != FieldType::any)
      fail_at(text_, left.begin, fmt::format("{} is no text; ~ is for text", left.info.name));
    if (peek().kind != Token::Kind::text) fail("a pattern in quotes is expected here");
    Node node = test(Program::Kind::glob, left);
    node.test.index = literal({Type::text, false, 0, take().text});
    return node;
  }

  Node membership(const Term& left) {
    if (is_symbol("(")) return set_membership(left);
    const Term list = term();
    if (left.is_field || !list.is_field)
      fail_at(text_, list.begin, "write FIELD in (VALUE, …), or VALUE in FIELD for a list");
    if (list.info.type != FieldType::any && list.info.field != Field::ops)
      fail_at(text_, list.begin, fmt::format("{} is no list", list.info.name));
    if (left.literal.type == Type::null) fail_at(text_, left.begin, "null is in no list");
    if (list.info.field == Field::ops && left.literal.type != Type::text)
      fail_at(text_, left.begin, "operations have names; write one in quotes");
    Node node = test(Program::Kind::contains, list);
    node.test.index = literal(left.literal);
    return node;
  }

  Node set_membership(const Term& left) {
    if (!left.is_field) fail_at(text_, left.begin, "in (…) asks for a field on its left");
    take();
    Program::Set set;
    do {
      const Term low = term();
      if (low.is_field || (low.literal.type != Type::number && low.literal.type != Type::text))
        fail_at(text_, low.begin, "only numbers and texts stand behind in");
      require_fit(left, low.literal.type, low.literal.text, low.begin);
      if (low.literal.type == Type::text) {
        set.texts.push_back(low.literal.text);
        continue;
      }
      double high = low.literal.number;
      if (accept_symbol("..")) {
        if (peek().kind != Token::Kind::number) fail("a range ends with a number, as in 0..5");
        if (peek().number < high) fail("this range ends before it begins");
        high = take().number;
      }
      set.numbers.push_back({low.literal.number, high});
    } while (accept_symbol(","));
    expect_symbol(")", "a comma, or the ) behind in (");
    std::sort(set.texts.begin(), set.texts.end());
    merge_intervals(set.numbers);
    program_.sets.push_back(std::move(set));
    Node node = test(Program::Kind::in_set, left);
    node.test.index = static_cast<std::uint32_t>(program_.sets.size() - 1);
    return node;
  }

  static void merge_intervals(std::vector<Program::Interval>& intervals) {
    std::sort(intervals.begin(), intervals.end(),
              [](const auto& a, const auto& b) { return a.low < b.low; });
    std::vector<Program::Interval> apart;
    for (const Program::Interval& interval : intervals) {
      if (!apart.empty() && interval.low <= apart.back().high) {
        apart.back().high = std::max(apart.back().high, interval.high);
      } else {
        apart.push_back(interval);
      }
    }
    intervals = std::move(apart);
  }

  /// Appends the tests of `node`, which go on to `if_true` or `if_false`; returns the first one.
  std::uint32_t emit(const Node& node, std::uint32_t if_true, std::uint32_t if_false) {
    switch (node.kind) {
      case Node::Kind::test:
        program_.tests.push_back(node.test);
        program_.tests.back().if_true = if_true;
        program_.tests.back().if_false = if_false;
        return static_cast<std::uint32_t>(program_.tests.size() - 1);
      case Node::Kind::negation:
        return emit(node.parts.front(), if_false, if_true);
      case Node::Kind::all:
        for (auto part = node.parts.rbegin(); part != node.parts.rend(); ++part)
          if_true = emit(*part, if_true, if_false);
        return if_true;
      case Node::Kind::any:
        for (auto part = node.parts.rbegin(); part != node.parts.rend(); ++part)
          if_false = emit(*part, if_true, if_false);
        return if_false;
    }
    return Program::kReject;
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  Program program_;
};

}  // namespace

ExpressionProgram parse_expression(std::string_view text, Catalogue catalogue) {
  return Parser(text, std::move(catalogue)).parse();
}

}  // namespace signpost
