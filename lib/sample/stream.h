#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/rejects.h"
#include "sample/history.h"
#include "sample/sample.h"

namespace signpost {

/// Whether an input is read a second time.
enum class Passes { one, two };

/// Lines of a file or of standard input ("-"), in constant memory. A line over `kMaxLine` bytes is
/// an Error{input}.
///
/// With Passes::two a regular file is read again from where it began; anything else is kept, as it
/// is read, in a file without a name in $TMPDIR (default /tmp), which goes however the program
/// ends.
class LineReader {
 public:
  /// Throws Error{input} if the file cannot be opened, Error{environment} if the temporary file
  /// cannot.
  explicit LineReader(const std::string& path, Passes passes = Passes::one);
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;
  ~LineReader();

  /// The next line without its end ("\n" or "\r\n"); false at the end of input. `line` is valid
  /// until the next call and at least SampleDecoder::kPadding readable bytes follow it.
  bool next(std::string_view& line);

  /// Starts again at the first line. Only with Passes::two, and once the end has been reached.
  void rewind();

  /// Where the line last read begins, in bytes from where the input began.
  std::uint64_t offset() const { return line_offset_; }
  /// The bytes of an earlier line, read again. Only with Passes::two, after `rewind`.
  void read_at(std::uint64_t offset, std::size_t size, std::string& line) const;

  /// True if `next` can answer without waiting for more input: a chance to finish work in groups.
  bool buffered() const;

  std::uint64_t line_number() const { return number_; }
  /// "FILE", or "standard input".
  const std::string& name() const { return name_; }
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
  std::uint64_t buffer_offset_ = 0, line_offset_ = 0;
  std::int64_t start_ = 0;  ///< of the input within its file
  int spool_ = -1;
  bool at_end_ = false;
};

/// Samples of an NDJSON stream. Bad records go to `rejects`; blank lines are skipped. What a record
/// tells of the stream's history goes to `stream_history()`.
class SampleReader {
 public:
  SampleReader(const std::string& path, Rejects& rejects, Passes passes = Passes::one)
      : lines_(path, passes), rejects_(rejects) {}
  /// False at the end. Throws Interrupted after SIGINT.
  bool next(Sample& sample);
  /// Starts again at the first sample, as LineReader::rewind. Bad records are not rejected twice.
  void rewind();
  std::string where() const { return lines_.where(); }
  LineReader& lines() { return lines_; }
  const LineReader& lines() const { return lines_; }
  /// The text of the record last read, valid until the next call.
  std::string_view text() const { return line_; }

 private:
  LineReader lines_;
  Rejects& rejects_;
  SampleDecoder decoder_;
  std::string_view line_;
  bool again_ = false;
};

/// Writes lines to standard output, buffered. `finish` must be called; it throws Error{environment}
/// on a full disk. Records carry on what `stream_history()` has for them.
class LineWriter {
 public:
  void write(const Sample& sample);
  /// A record's text, as it is but for its history.
  void write_record(std::string_view text);
  /// Any other line.
  void write_line(std::string_view line);
  void finish();

 private:
  void add_history();
  void flush_if_large();
  std::string buffer_, record_, history_text_;
  History& history_ = stream_history();
};

}  // namespace signpost
