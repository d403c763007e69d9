#include "sample/glob.h"

#include <cstddef>
#include <optional>

namespace signpost {
namespace {

/// Takes one character off the front: its code point, or the byte where it is no UTF-8.
char32_t take_character(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  char32_t character = first;
  if (length > 1 && length <= text.size()) {
    character = first & (0xffu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
      if ((byte(i) & 0xc0) != 0x80) {
        text.remove_prefix(1);
        return first;
      }
      character = character << 6 | (byte(i) & 0x3f);
    }
    text.remove_prefix(length);
    return character;
  }
  text.remove_prefix(1);
  return character;
}

char32_t take_literal(std::string_view& pattern) {
  if (pattern.front() == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
  return take_character(pattern);
}

/// Reads a set behind its `[` and says whether it holds `character`; nothing if it has no end.
std::optional<bool> set_holds(std::string_view& pattern, char32_t character) {
  std::string_view at = pattern;
  bool outside = false, found = false;
  if (!at.empty() && (at.front() == '!' || at.front() == '^')) {
    outside = true;
    at.remove_prefix(1);
  }
  for (bool first = true; !at.empty(); first = false) {
    if (at.front() == ']' && !first) {
      pattern = at.substr(1);
      return found != outside;
    }
    const char32_t low = take_literal(at);
    char32_t high = low;
    if (at.size() > 1 && at[0] == '-' && at[1] != ']') {
      at.remove_prefix(1);
      high = take_literal(at);
    }
    if (low <= character && character <= high) found = true;
  }
  return std::nullopt;
}

/// Takes one character off `text` if the front of `pattern`, which is no `*`, allows it.
bool step(std::string_view& pattern, std::string_view& text) {
  const char32_t character = take_character(text);
  if (pattern.front() == '?') {
    pattern.remove_prefix(1);
    return true;
  }
  if (pattern.front() == '[') {
    std::string_view set = pattern.substr(1);
    if (const std::optional<bool> holds = set_holds(set, character)) {
      pattern = set;
      return *holds;
    }
    pattern.remove_prefix(1);
    return character == U'[';
  }
  return take_literal(pattern) == character;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view text) {
  // Only the last star ever needs another try: what an earlier one took cannot help a later one.
  std::optional<std::string_view> star_pattern;
  std::string_view star_text;
  for (;;) {
    if (!pattern.empty() && pattern.front() == '*') {
      pattern.remove_prefix(1);
      star_pattern = pattern;
      star_text = text;
      continue;
    }
    if (text.empty() && pattern.empty()) return true;
    if (!text.empty() && !pattern.empty()) {
      if (step(pattern, text)) continue;
    }
    if (!star_pattern || star_text.empty()) return false;
    take_character(star_text);
    pattern = *star_pattern;
    text = star_text;
  }
}

}  // namespace signpost
