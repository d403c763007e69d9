#include "base/csv.h"

#include <algorithm>

namespace signpost {

CsvReader::CsvReader(std::string_view text) : rest_(text) {
  if (rest_.starts_with("\xef\xbb\xbf")) rest_.remove_prefix(3);
  const std::string_view first = rest_.substr(0, rest_.find('\n'));
  std::ptrdiff_t most = 0;
  for (const char candidate : {',', ';', '\t'}) {
    const auto count = std::count(first.begin(), first.end(), candidate);
    if (count > most) {
      most = count;
      separator_ = candidate;
    }
  }
}

bool CsvReader::next(std::vector<std::string>& fields) {
  while (!rest_.empty() && (rest_[0] == '\n' || rest_.starts_with("\r\n"))) {
    rest_.remove_prefix(rest_[0] == '\r' ? 2 : 1);
    ++line_;
  }
  if (rest_.empty()) return false;
  fields.clear();
  wrong_.clear();
  row_line_ = line_;
  std::size_t at = 0;
  for (bool more = true; more;) {
    std::string& field = fields.emplace_back();
    if (at < rest_.size() && rest_[at] == '"') {
      ++at;
      for (bool open = true; open;) {
        const std::size_t quote = rest_.find('"', at);
        if (quote == std::string_view::npos) {
          wrong_ = "a quote is not closed; correct the row";
          row_ = rest_.substr(0, rest_.find('\n'));
          rest_.remove_prefix(std::min(row_.size() + 1, rest_.size()));
          ++line_;
          return true;
        }
        field += rest_.substr(at, quote - at);
        at = quote + 1;
        open = at < rest_.size() && rest_[at] == '"';
        if (open) {
          field += '"';
          ++at;
        }
      }
    }
    std::size_t end = at;
    while (end < rest_.size() && rest_[end] != separator_ && rest_[end] != '\n') ++end;
    field += rest_.substr(at, end - at);
    at = end;
    more = at < rest_.size() && rest_[at] == separator_;
    if (more) ++at;
  }
  if (!fields.back().empty() && fields.back().back() == '\r') fields.back().pop_back();
  row_ = rest_.substr(0, at);
  if (row_.ends_with('\r')) row_.remove_suffix(1);
  line_ += static_cast<std::uint64_t>(std::count(row_.begin(), row_.end(), '\n')) + 1;
  rest_.remove_prefix(std::min(at + 1, rest_.size()));
  return true;
}

void append_csv(std::string& out, std::string_view field) {
  if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += field;
    return;
  }
  out += '"';
  for (const char c : field) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace signpost
