#include "sample/stream.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"

namespace signpost {
namespace {

constexpr std::size_t kReadSize = std::size_t{1} << 18;
constexpr std::size_t kWriteSize = std::size_t{1} << 16;

std::string temporary_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder && *folder ? folder : "/tmp";
}

int open_unnamed_file() {
  const std::string folder = temporary_folder();
  std::string path = folder + "/signpost-XXXXXX";
  const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) {
    throw_errno("cannot write a temporary file in " + folder +
                "; set TMPDIR to a folder with room");
  }
  ::unlink(path.c_str());
  return descriptor;
}

}  // namespace

LineReader::LineReader(const std::string& path, Passes passes)
    : name_(path == "-" ? "standard input" : path),
      descriptor_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0)
    throw Error(Blame::input, path + ": cannot be read: " + std::strerror(errno));
  buffer_.resize(kReadSize + SampleDecoder::kPadding);
  if (passes == Passes::one) return;
  struct stat status = {};
  start_ = ::lseek(descriptor_, 0, SEEK_CUR);
  if (start_ >= 0 && ::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) return;
  start_ = 0;
  spool_ = open_unnamed_file();
}

LineReader::~LineReader() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
  if (spool_ >= 0) ::close(spool_);
}

void LineReader::rewind() {
  if (spool_ >= 0) {
    if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
    descriptor_ = std::exchange(spool_, -1);
  }
  if (::lseek(descriptor_, start_, SEEK_SET) < 0)
    throw Error(Blame::input, name_ + ": cannot be read again: " + std::strerror(errno));
  begin_ = end_ = 0;
  number_ = buffer_offset_ = 0;
  at_end_ = false;
}

void LineReader::read_at(std::uint64_t offset, std::size_t size, std::string& line) const {
  line.resize(size);
  for (std::size_t filled = 0; filled < size;) {
    const ssize_t got = ::pread(descriptor_, line.data() + filled, size - filled,
                                start_ + static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(Blame::input, name_ + ": cannot be read: " + std::strerror(errno));
    if (got == 0) throw Error(Blame::input, name_ + ": was cut short while it was read");
    filled += static_cast<std::size_t>(got);
  }
}

bool LineReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    buffer_offset_ += begin_;
    begin_ = 0;
  }
  if (end_ + SampleDecoder::kPadding >= buffer_.size()) {
    if (end_ > kMaxLine) {
      throw Error(Blame::input, name_ + ":" + std::to_string(number_ + 1) +
                                    ": a line of over 16 MiB is no record");
    }
    buffer_.resize(buffer_.size() * 2);
  }
  for (;;) {
    const ssize_t got =
        ::read(descriptor_, buffer_.data() + end_, buffer_.size() - SampleDecoder::kPadding - end_);
    if (got < 0 && errno == EINTR) {
      stop_if_interrupted();
      continue;
    }
    if (got < 0) throw Error(Blame::input, name_ + ": cannot be read: " + std::strerror(errno));
    if (spool_ >= 0) {
      write_all(spool_, as_bytes({buffer_.data() + end_, static_cast<std::size_t>(got)}),
                "a temporary file in " + temporary_folder() + "; set TMPDIR to a folder with room");
    }
    end_ += static_cast<std::size_t>(got);
    return got > 0;
  }
}

bool LineReader::next(std::string_view& line) {
  std::size_t searched = begin_;
  for (;;) {
    const void* found =
        end_ > searched ? std::memchr(buffer_.data() + searched, '\n', end_ - searched) : nullptr;
    if (found || (at_end_ && begin_ < end_)) {
      const std::size_t stop =
          found ? static_cast<std::size_t>(static_cast<const char*>(found) - buffer_.data()) : end_;
      line = std::string_view(buffer_).substr(begin_, stop - begin_);
      line_offset_ = buffer_offset_ + begin_;
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      begin_ = found ? stop + 1 : end_;
      ++number_;
      return true;
    }
    if (at_end_) return false;
    const std::size_t pending = end_ - begin_;
    at_end_ = !fill();
    searched = begin_ + pending;
  }
}

bool LineReader::buffered() const {
  return at_end_ || std::memchr(buffer_.data() + begin_, '\n', end_ - begin_) != nullptr;
}

std::string LineReader::where() const { return name_ + ":" + std::to_string(number_); }

bool SampleReader::next(Sample& sample) {
  while (lines_.next(line_)) {
    stop_if_interrupted();
    if (line_.find_first_not_of(" \t") == std::string_view::npos) continue;
    const std::string wrong = decoder_.decode(line_, lines_.readable_after(line_), sample);
    if (wrong.empty()) {
      if (!decoder_.history().empty()) stream_history().read(decoder_.history());
      return true;
    }
    if (!again_) rejects_.add(lines_.where(), wrong, line_);
  }
  return false;
}

void SampleReader::rewind() {
  lines_.rewind();
  again_ = true;
}

void LineWriter::write(const Sample& sample) {
  encode(sample, buffer_);
  add_history();
  buffer_ += '\n';
  flush_if_large();
}

void LineWriter::write_record(std::string_view text) {
  text = without_history(text, history_text_, record_);
  if (!history_text_.empty()) history_.read(history_text_);
  buffer_ += text;
  add_history();
  buffer_ += '\n';
  flush_if_large();
}

/// Into the object that the buffer ends with.
void LineWriter::add_history() {
  if (!history_.pending()) return;
  const std::string history = history_.take();
  if (history.empty()) return;
  const std::size_t brace = buffer_.rfind('}');
  buffer_.insert(brace, ",\"history\":" + history);
}

void LineWriter::write_line(std::string_view line) {
  buffer_ += line;
  buffer_ += '\n';
  flush_if_large();
}

void LineWriter::flush_if_large() {
  if (buffer_.size() >= kWriteSize) finish();
}

void LineWriter::finish() {
  write_all(STDOUT_FILENO, as_bytes(buffer_), "standard output");
  buffer_.clear();
}

}  // namespace signpost
