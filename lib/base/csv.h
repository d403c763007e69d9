#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace signpost {

/// Reads comma-separated values row by row (RFC 4180): quoted fields may hold separators, line ends
/// and doubled quotes; lines end in LF or CRLF; a byte order mark is skipped, and so are empty
/// lines. The separator is the one of `,` `;` and tab that the first line holds most of.
class CsvReader {
 public:
  /// `text` outlives the reader.
  explicit CsvReader(std::string_view text);

  /// False at the end. `fields` is valid until the next call.
  bool next(std::vector<std::string>& fields);

  std::uint64_t line() const { return row_line_; }  ///< where the row began, from 1
  std::string_view text() const { return row_; }    ///< the row as it stands in the file
  /// Empty, or what is wrong with the row last read: a quote that is not closed.
  const std::string& wrong() const { return wrong_; }

 private:
  std::string_view rest_, row_;
  std::string wrong_;
  char separator_ = ',';
  std::uint64_t line_ = 1, row_line_ = 0;
};

/// Appends a field, in quotes where RFC 4180 asks for them.
void append_csv(std::string& out, std::string_view field);

}  // namespace signpost
