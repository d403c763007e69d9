#pragma once

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <vector>

namespace signpost {

/// A whole or decimal number that is all of `text`, but for white space around it.
template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  Number value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The next line of `text`, without its end (LF or CRLF), which is taken off its front.
inline std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Parts between separators. With a space as separator any run of white space is one.
inline std::vector<std::string_view> split_fields(std::string_view text, char separator) {
  std::vector<std::string_view> fields;
  if (separator == ' ') {
    constexpr std::string_view kBlank = " \t\r";
    for (std::size_t at = text.find_first_not_of(kBlank); at != std::string_view::npos;) {
      const std::size_t end = std::min(text.find_first_of(kBlank, at), text.size());
      fields.push_back(text.substr(at, end - at));
      at = text.find_first_not_of(kBlank, end);
    }
    return fields;
  }
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    fields.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return fields;
}

/// Without a byte order mark.
inline std::string_view without_mark(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return text;
}

inline std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

inline std::string_view parent_part(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

}  // namespace signpost
