#include "sample/expression.h"

#include <simdjson.h>

#include <algorithm>
#include <compare>
#include <optional>

#include "sample/expression_program.h"
#include "sample/glob.h"

namespace signpost {
namespace {

namespace dom = simdjson::dom;
using Program = ExpressionProgram;
using Value = ExpressionValue;
using Type = ExpressionValue::Type;

Value value_of(dom::element element) {
  Value value;
  switch (element.type()) {
    case dom::element_type::STRING:
      value.type = Type::text;
      value.text = std::string_view(element);
      break;
    case dom::element_type::INT64:
    case dom::element_type::UINT64:
    case dom::element_type::DOUBLE:
      value.type = Type::number;
      value.number = double(element);
      break;
    case dom::element_type::BOOL:
      value.type = Type::truth;
      value.truth = bool(element);
      break;
    case dom::element_type::NULL_VALUE:
      break;
    default:
      value.type = Type::other;
  }
  return value;
}

bool equal(const Value& value, const Program::Literal& literal) {
  if (value.type != literal.type) return false;
  if (value.type == Type::text) return value.text == literal.text;
  return value.type == Type::number ? value.number == literal.number : value.truth == literal.truth;
}

bool holds(Program::Comparison comparison, std::partial_ordering order) {
  switch (comparison) {
    case Program::Comparison::equal:
      return order == 0;
    case Program::Comparison::unequal:
      return order != 0;
    case Program::Comparison::less:
      return order < 0;
    case Program::Comparison::at_most:
      return order <= 0;
    case Program::Comparison::greater:
      return order > 0;
    case Program::Comparison::at_least:
      return order >= 0;
  }
  return false;
}

/// Unordered, which only `unequal` takes, where types differ or have no order.
std::partial_ordering order_of(Type type, double number, std::string_view text, bool truth,
                               const Value& value) {
  if (value.type != type) return std::partial_ordering::unordered;
  if (type == Type::number) return value.number <=> number;
  if (type == Type::text) return value.text <=> text;
  if (type == Type::truth && value.truth == truth) return std::partial_ordering::equivalent;
  return std::partial_ordering::unordered;
}

bool contains(const Program::Set& set, const Value& value) {
  if (value.type == Type::text)
    return std::binary_search(set.texts.begin(), set.texts.end(), value.text, std::less<>());
  if (value.type != Type::number) return false;
  const auto after =
      std::upper_bound(set.numbers.begin(), set.numbers.end(), value.number,
                       [](double number, const Program::Interval& i) { return number < i.low; });
  return after != set.numbers.begin() && value.number <= std::prev(after)->high;
}

}  // namespace

struct Expression::State {
  Program program;
  dom::parser parser;
  std::string buffer;
  std::optional<dom::element> document;
  bool parsed = false;
  const Sample* sample = nullptr;

  /// A field of one's own; nothing where the record has it not. Valid for this sample.
  std::optional<dom::element> custom(std::uint32_t index) {
    if (!parsed) parse();
    Program::Custom& field = program.customs[index];
    field.asked = true;
    if (!document) return std::nullopt;
    dom::element element;
    if (document->at_pointer(field.pointer).get(element)) return std::nullopt;
    field.seen = true;
    return element;
  }

  void parse() {
    parsed = true;
    buffer = '{';
    buffer += sample->extra;
    if (!sample->ops.empty()) {
      if (!sample->extra.empty()) buffer += ',';
      buffer += "\"ops\":[";
      buffer += sample->ops;
      buffer += ']';
    }
    buffer += '}';
    const std::size_t size = buffer.size();
    buffer.resize(size + simdjson::SIMDJSON_PADDING);
    dom::element root;
    if (!parser.parse(buffer.data(), size, false).get(root)) document = root;
  }

  Value value(const Program::Operand& operand) {
    if (operand.field != Field::custom)
      return field_value(operand.field, *sample, program.catalogue);
    const std::optional<dom::element> element = custom(operand.custom);
    return element ? value_of(*element) : Value{};
  }

  bool list_holds(const Program::Operand& operand, const Program::Literal& literal) {
    if (operand.field == Field::ops) return has_operation(*sample, literal.text);
    const std::optional<dom::element> element = custom(operand.custom);
    dom::array list;
    if (!element || element->get(list)) return false;
    return std::any_of(list.begin(), list.end(),
                       [&](const dom::element& item) { return equal(value_of(item), literal); });
  }

  bool compare_fields(const Program::Test& test) {
    const Value left = value(test.left), right = value(test.right);
    // null equals nothing, null neither.
    if (left.type == Type::null) return test.comparison == Program::Comparison::unequal;
    return holds(test.comparison,
                 order_of(right.type, right.number, right.text, right.truth, left));
  }

  bool passes(const Program::Test& test) {
    switch (test.kind) {
      case Program::Kind::constant:
        return test.truth;
      case Program::Kind::compare: {
        const Program::Literal& literal = program.literals[test.index];
        return holds(test.comparison, order_of(literal.type, literal.number, literal.text,
                                               literal.truth, value(test.left)));
      }
      case Program::Kind::compare_fields:
        return compare_fields(test);
      case Program::Kind::in_set:
        return contains(program.sets[test.index], value(test.left));
      case Program::Kind::glob: {
        const Value text = value(test.left);
        return text.type == Type::text &&
               glob_matches(program.literals[test.index].text, text.text);
      }
      case Program::Kind::is_null:
        return value(test.left).type == Type::null;
      case Program::Kind::holds: {
        const Value truth = value(test.left);
        return truth.type == Type::truth && truth.truth;
      }
      case Program::Kind::contains:
        return list_holds(test.left, program.literals[test.index]);
    }
    return false;
  }
};

Expression::Expression(std::unique_ptr<State> state) : state_(std::move(state)) {}
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;
Expression::~Expression() = default;

Expression Expression::parse(std::string_view text, Catalogue catalogue) {
  auto state = std::make_unique<State>();
  state->program = parse_expression(text, std::move(catalogue));
  return Expression(std::move(state));
}

bool Expression::matches(const Sample& sample) {
  State& state = *state_;
  state.sample = &sample;
  state.parsed = false;
  state.document.reset();
  const std::vector<Program::Test>& tests = state.program.tests;
  std::uint32_t at = state.program.first;
  while (at < tests.size()) at = state.passes(tests[at]) ? tests[at].if_true : tests[at].if_false;
  return at == Program::kAccept;
}

std::vector<std::string> Expression::fields_never_seen() const {
  std::vector<std::string> names;
  for (const Program::Custom& field : state_->program.customs) {
    if (field.asked && !field.seen) names.push_back(field.written);
  }
  return names;
}

}  // namespace signpost
