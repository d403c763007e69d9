#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/rejects.h"
#include "sample/sample.h"

namespace signpost {

/// Lines of a file or of standard input ("-"), in constant memory. A line over `kMaxLine` bytes is
/// an Error{input}.
class LineReader {
 public:
  /// Throws Error{input} if the file cannot be opened.
  explicit LineReader(const std::string& path);
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  ~LineReader();

  /// The next line without its end ("\n" or "\r\n"); false at the end of input. `line` is valid
  /// until the next call and at least SampleDecoder::kPadding readable bytes follow it.
  bool next(std::string_view& line);

  /// True if `next` can answer without waiting for more input: a chance to finish work in groups.
  bool buffered() const;

  std::uint64_t line_number() const { return number_; }
  /// "FILE:12" of the line last read.
  std::string where() const;
  std::size_t readable_after(std::string_view line) const {
    return static_cast<std::size_t>(buffer_.data() + buffer_.size() - line.data());
  }
  static constexpr std::size_t kMaxLine = std::size_t{16} << 20;

 private:
  bool fill();
  std::string name_;
  int descriptor_;
  std::string buffer_;
  std::size_t begin_ = 0, end_ = 0;
  std::uint64_t number_ = 0;
  bool at_end_ = false;
};

/// Samples of an NDJSON stream. Bad records go to `rejects`; blank lines are skipped.
class SampleReader {
 public:
  SampleReader(const std::string& path, Rejects& rejects) : lines_(path), rejects_(rejects) {}
  /// False at the end. Throws Interrupted after SIGINT.
  bool next(Sample& sample);
  std::string where() const { return lines_.where(); }
  /// The text of the record last read, valid until the next call.
  std::string_view text() const { return line_; }

 private:
  LineReader lines_;
  Rejects& rejects_;
  SampleDecoder decoder_;
  std::string_view line_;
};

/// Writes lines to standard output, buffered. `finish` must be called; it throws Error{environment}
/// on a full disk.
class LineWriter {
 public:
  void write(const Sample& sample);
  void write_line(std::string_view line);
  void finish();

 private:
  void flush_if_large();
  std::string buffer_;
};

}  // namespace signpost
