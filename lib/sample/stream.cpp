#include "sample/stream.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"
#include "base/interrupt.h"

namespace signpost {
namespace {

constexpr std::size_t kReadSize = std::size_t{1} << 18;
constexpr std::size_t kWriteSize = std::size_t{1} << 16;

}  // namespace

LineReader::LineReader(const std::string& path)
    : name_(path == "-" ? "standard input" : path),
      descriptor_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (descriptor_ < 0)
    throw Error(Blame::input, path + ": cannot be read: " + std::strerror(errno));
  buffer_.resize(kReadSize + SampleDecoder::kPadding);
}

LineReader::~LineReader() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

bool LineReader::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
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
    if (wrong.empty()) return true;
    rejects_.add(lines_.where(), wrong, line_);
  }
  return false;
}

void LineWriter::write(const Sample& sample) {
  encode(sample, buffer_);
  buffer_ += '\n';
  flush_if_large();
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
