#include "serve/conditional.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace signpost {
namespace {

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace

ByteRange parse_range(std::string_view header, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const ByteRange whole{ByteRange::Kind::whole, 0, size};
  header = trimmed(header);
  if (!header.starts_with(kUnit)) return whole;
  header.remove_prefix(kUnit.size());
  const std::size_t dash = header.find('-');
  if (dash == std::string_view::npos || header.find(',') != std::string_view::npos) return whole;
  const std::string_view from = header.substr(0, dash), to = header.substr(dash + 1);
  const std::optional<std::uint64_t> first = number(from), last = number(to);
  if ((!from.empty() && !first) || (!to.empty() && !last) || (!first && !last)) return whole;
  if (!first) {
    if (*last == 0 || size == 0) return {ByteRange::Kind::unsatisfiable, 0, 0};
    const std::uint64_t length = std::min(*last, size);
    return {ByteRange::Kind::part, size - length, length};
  }
  if (last && *last < *first) return whole;
  if (*first >= size) return {ByteRange::Kind::unsatisfiable, 0, 0};
  const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
  return {ByteRange::Kind::part, *first, end - *first + 1};
}

bool etag_listed(std::string_view header, std::string_view etag) {
  header = trimmed(header);
  if (header == "*") return true;
  while (!header.empty()) {
    // Commas may stand inside the quotes of another's tag.
    const std::size_t open = header.find('"');
    const std::size_t close = open == std::string_view::npos ? open : header.find('"', open + 1);
    if (close == std::string_view::npos) return false;
    if (header.substr(open, close - open + 1) == etag) return true;
    header.remove_prefix(close + 1);
  }
  return false;
}

WebAnswer conditional_answer(const WebRequest& request, std::shared_ptr<const Bytes> bytes,
                             const std::string& etag, const std::string& type) {
  WebAnswer answer = empty_answer(200);
  answer.headers = {{"ETag", etag}, {"Cache-Control", "no-cache"}, {"Accept-Ranges", "bytes"}};
  if (etag_listed(request.header("If-None-Match"), etag)) {
    answer.status = 304;
    return answer;
  }
  const std::string_view if_range = trimmed(request.header("If-Range"));
  const bool ranged = if_range.empty() || if_range == etag;
  const std::uint64_t size = bytes->size();
  const ByteRange range = parse_range(ranged ? request.header("Range") : "", size);
  if (range.kind == ByteRange::Kind::unsatisfiable) {
    return problem(416, fmt::format("there are {} bytes; ask for some of them", size))
        .with("Content-Range", fmt::format("bytes */{}", size));
  }
  answer.type = type;
  if (range.kind == ByteRange::Kind::part) {
    answer.status = 206;
    answer.headers.emplace_back(
        "Content-Range",
        fmt::format("bytes {}-{}/{}", range.offset, range.offset + range.length - 1, size));
  }
  if (range.length > 0) {
    answer.blob = std::move(bytes);
    answer.offset = range.offset;
    answer.length = range.length;
  }
  return answer;
}

}  // namespace signpost
