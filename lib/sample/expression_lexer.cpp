#include "sample/expression_lexer.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>

#include "base/error.h"

namespace signpost {
namespace {

using Token = ExpressionToken;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// How many characters the first `size` bytes of `text` are.
std::size_t characters(std::string_view text, std::size_t size) {
  std::size_t count = 0;
  for (const char c : text.substr(0, size)) count += (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  return count;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> all() {
    std::vector<Token> tokens;
    for (;;) {
      while (at_ < text_.size() && is_space(text_[at_])) ++at_;
      tokens.push_back(next());
      if (tokens.back().kind == Token::Kind::end) return tokens;
    }
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  Token next() {
    Token token;
    token.begin = at_;
    const char c = peek();
    if (at_ == text_.size()) return token;
    if (starts_name(c) || (c == '.' && (starts_name(peek(1)) || peek(1) == '"'))) {
      take_name(token);
    } else if (is_digit(c) || ((c == '-' || c == '.') && is_digit(peek(1))) ||
               (c == '-' && peek(1) == '.' && is_digit(peek(2)))) {
      take_number(token);
    } else if (c == '"' || c == '\'') {
      token.kind = Token::Kind::text;
      token.text = take_quoted();
    } else {
      take_symbol(token);
    }
    return token;
  }

  void take_name(Token& token) {
    token.kind = Token::Kind::name;
    token.own = peek() == '.';
    if (token.own) ++at_;
    for (;;) {
      const std::size_t begin = at_;
      if (peek() == '"') {
        token.parts.push_back(take_quoted());
      } else {
        while (starts_name(peek()) || is_digit(peek())) ++at_;
        token.parts.emplace_back(text_.substr(begin, at_ - begin));
      }
      if (peek() != '.' || !(starts_name(peek(1)) || is_digit(peek(1)) || peek(1) == '"')) break;
      ++at_;
    }
    token.text = text_.substr(token.begin, at_ - token.begin);
  }

  void take_number(Token& token) {
    token.kind = Token::Kind::number;
    const char* begin = text_.data() + at_;
    std::size_t size = peek() == '-' ? 1 : 0;
    const auto digits = [&] {
      while (is_digit(peek(size))) ++size;
    };
    digits();
    // "0..5" is a range: its points are no part of the number.
    if (peek(size) == '.' && peek(size + 1) != '.') {
      ++size;
      digits();
    }
    if ((peek(size) == 'e' || peek(size) == 'E')) {
      const std::size_t sign = peek(size + 1) == '+' || peek(size + 1) == '-' ? 1 : 0;
      if (is_digit(peek(size + 1 + sign))) {
        size += 1 + sign;
        digits();
      }
    }
    const auto [end, error] = std::from_chars(begin, begin + size, token.number);
    if (error != std::errc() || end != begin + size || !std::isfinite(token.number))
      fail_at(text_, at_, fmt::format("{} is no number", std::string_view(begin, size)));
    if (starts_name(peek(size)))
      fail_at(text_, at_ + size, "a number ends here; put text in quotes");
    token.text.assign(begin, size);
    at_ += size;
  }

  std::string take_quoted() {
    const std::size_t begin = at_;
    const char quote = text_[at_++];
    std::string out;
    for (;;) {
      if (at_ == text_.size())
        fail_at(text_, begin, fmt::format("this text has no end; close it with {}", quote));
      const char c = text_[at_++];
      if (c == quote) return out;
      if (c != '\\') {
        out += c;
        continue;
      }
      const char escaped = peek();
      if (escaped == 'n' || escaped == 't') {
        out += escaped == 'n' ? '\n' : '\t';
      } else if (escaped == '\\' || escaped == '"' || escaped == '\'') {
        out += escaped;
      } else {
        // What a glob takes as it is, as in "\*".
        out += '\\';
        continue;
      }
      ++at_;
    }
  }

  void take_symbol(Token& token) {
    static constexpr std::array<std::string_view, 13> kSymbols = {
        "..", "==", "!=", "<=", ">=", "!~", "<", ">", "~", "(", ")", ",", "="};
    static constexpr std::array<std::array<std::string_view, 2>, 6> kElsewhere = {{
        {"&&", "and"},
        {"||", "or"},
        {"&", "and"},
        {"|", "or"},
        {"<>", "!="},
        {"!", "not"},
    }};
    token.kind = Token::Kind::symbol;
    const std::string_view rest = text_.substr(at_);
    for (const auto& [foreign, ours] : kElsewhere) {
      if (rest.starts_with(foreign) && !rest.starts_with("!=") && !rest.starts_with("!~"))
        fail_at(text_, at_, fmt::format("write {} for {}", ours, foreign));
    }
    for (const std::string_view symbol : kSymbols) {
      if (!rest.starts_with(symbol)) continue;
      if (symbol == "=") fail_at(text_, at_, "write == to compare");
      token.text = symbol;
      at_ += symbol.size();
      return;
    }
    const bool printable = rest.front() > 0x20 && rest.front() < 0x7f;
    fail_at(text_, at_,
            fmt::format("{} means nothing here", printable ? rest.substr(0, 1) : "this character"));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

void fail_at(std::string_view text, std::size_t column, const std::string& what) {
  // Of a long expression only what stands around the place is shown, cut between characters.
  constexpr std::size_t kBefore = 60, kAfter = 40;
  const auto continues = [&](std::size_t i) {
    return i < text.size() && (static_cast<unsigned char>(text[i]) & 0xc0) == 0x80;
  };
  std::size_t from = column > kBefore ? column - kBefore : 0;
  while (from > 0 && continues(from)) --from;
  std::size_t to = std::min(text.size(), column + kAfter);
  while (continues(to)) ++to;
  std::string shown(text.substr(from, to - from));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  const std::string_view head = from > 0 ? "…" : "", tail = to < text.size() ? "…" : "";
  const std::size_t indent = characters(shown, column - from) + (from > 0 ? 1 : 0);
  throw Error(Blame::usage,
              fmt::format("column {}: {}\n  {}{}{}\n  {:{}}^", characters(text, column) + 1, what,
                          head, shown, tail, "", indent));
}

std::vector<ExpressionToken> expression_tokens(std::string_view text) { return Lexer(text).all(); }

}  // namespace signpost
