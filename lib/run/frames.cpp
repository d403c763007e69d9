#include "run/frames.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "base/error.h"
#include "base/interrupt.h"

namespace signpost {
namespace {

constexpr std::size_t kReadSize = std::size_t{1} << 18;
constexpr std::size_t kLongestHeader = 4096;
constexpr int kPatienceMs = 100;

bool is_space(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string size_text(std::int64_t width, std::int64_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

std::string truncated(std::size_t got, std::size_t wanted) {
  return "is truncated: " + std::to_string(got) + " of " + std::to_string(wanted) + " raster bytes";
}

/// "# time_s=1.25"
std::optional<double> time_in(std::string_view comments) {
  constexpr std::string_view kKey = "time_s=";
  const std::size_t at = comments.find(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  double value = 0;
  const char* const from = comments.data() + at + kKey.size();
  const auto [end, error] = std::from_chars(from, comments.data() + comments.size(), value);
  const bool sound = error == std::errc() && value >= 0 && value < 1e12;
  return sound ? std::optional(value) : std::nullopt;
}

}  // namespace

FrameFormat parse_frame_format(const std::string& text) {
  constexpr std::string_view kRaw = "rgb24:";
  if (text == "ppm") return {};
  FrameFormat format;
  if (text.starts_with(kRaw)) {
    const char *const from = text.data() + kRaw.size(), *const end = text.data() + text.size();
    const auto [cross, wrong_width] = std::from_chars(from, end, format.width);
    if (wrong_width == std::errc() && cross != end && *cross == 'x') {
      const auto [rest, wrong_height] = std::from_chars(cross + 1, end, format.height);
      const bool sound = wrong_height == std::errc() && rest == end && format.width > 0 &&
                         format.height > 0 &&
                         std::int64_t{format.width} * format.height <= kMaxFramePixels;
      if (sound) return format;
    }
  }
  throw Error(Blame::usage,
              "--frames takes ppm or rgb24:WIDTHxHEIGHT with at most 2^25 pixels, not " + text +
                  "; alone it means ppm, and stands behind the package");
}

FrameSource::FrameSource(int descriptor, FrameFormat format, double fps,
                         const std::atomic<bool>* give_up)
    : descriptor_(descriptor), format_(format), fps_(fps), give_up_(give_up) {}

bool FrameSource::fill() {
  if (at_end_) return false;
  if (begin_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
    begin_ = 0;
  }
  const std::size_t filled = buffer_.size();
  buffer_.resize(filled + kReadSize);
  ssize_t got = -1;
  for (;;) {
    pollfd ready{descriptor_, POLLIN, 0};
    const int polled = ::poll(&ready, 1, kPatienceMs);
    stop_if_interrupted();
    if (give_up_ && *give_up_) {
      got = 0;
      break;
    }
    if (polled <= 0) continue;
    got = ::read(descriptor_, buffer_.data() + filled, kReadSize);
    if (got >= 0) break;
    if (errno != EINTR && errno != EAGAIN) {
      const std::string why = std::strerror(errno);
      throw Error(Blame::input, "the frames cannot be read: " + why);
    }
  }
  buffer_.resize(filled + static_cast<std::size_t>(got));
  at_end_ = got == 0;
  return !at_end_;
}

std::optional<std::uint8_t> FrameSource::byte(std::size_t offset) {
  while (begin_ + offset >= buffer_.size()) {
    if (!fill()) return std::nullopt;
  }
  return buffer_[begin_ + offset];
}

/// As in pixels/pnm.cpp, but waits for bytes. -1 if there is none, or none that fits.
std::int64_t FrameSource::number(std::size_t& at, std::string& comments) {
  std::optional<std::uint8_t> c;
  while (at < kLongestHeader && (c = byte(at)) && (is_space(*c) || *c == '#')) {
    ++at;
    if (*c != '#') continue;
    while (at < kLongestHeader && (c = byte(at)) && *c != '\n') {
      comments += static_cast<char>(*c);
      ++at;
    }
    comments += '\n';
  }
  std::int64_t value = -1;
  while (at < kLongestHeader && (c = byte(at)) && *c >= '0' && *c <= '9') {
    value = (value < 0 ? 0 : value * 10) + (*c - '0');
    if (value > kMaxPixels) return -1;
    ++at;
  }
  return value;
}

FrameSource::Parsed FrameSource::parse(std::string& comments) {
  if (!byte(0)) return Parsed::end;
  const std::optional<std::uint8_t> type = byte(1), space = byte(2);
  if (buffer_[begin_] != 'P' || !type || (*type != '6' && *type != '5') || !space ||
      !(is_space(*space) || *space == '#')) {
    wrong_ = "is not a binary PPM or PGM image";
    return Parsed::broken;
  }
  channels_ = *type == '6' ? 3 : 1;
  std::size_t at = 2;
  width_ = number(at, comments);
  height_ = number(at, comments);
  maxval_ = number(at, comments);
  const std::optional<std::uint8_t> last = byte(at);
  if (width_ < 1 || height_ < 1 || maxval_ < 1 || maxval_ > 65535 || !last || !is_space(*last)) {
    wrong_ = "has a damaged PNM header";
    return Parsed::broken;
  }
  if (width_ * height_ > kMaxFramePixels) {
    wrong_ = "claims " + size_text(width_, height_) + " pixels; the limit of a frame is 2^25";
    return Parsed::broken;
  }
  header_size_ = at + 1;
  return Parsed::header;
}

/// Moves on to a header that can be read.
bool FrameSource::find_header() {
  for (; byte(0); ++begin_) {
    if (buffer_[begin_] != 'P') continue;
    std::string comments;
    if (parse(comments) == Parsed::header) return true;
  }
  return false;
}

void FrameSource::skip(std::uint64_t count) {
  while (count > 0 && byte(0)) {
    const std::uint64_t step = std::min<std::uint64_t>(count, buffer_.size() - begin_);
    begin_ += static_cast<std::size_t>(step);
    count -= step;
  }
}

void FrameSource::read_raster(Subject& subject) {
  Image& image = subject.image;
  image.width = static_cast<int>(width_);
  image.height = static_cast<int>(height_);
  const auto size = static_cast<std::size_t>(width_ * height_) * channels_;
  while (image.rgb.size() < size && byte(0)) {
    const std::size_t step = std::min(size - image.rgb.size(), buffer_.size() - begin_);
    const auto from = buffer_.begin() + static_cast<std::ptrdiff_t>(begin_);
    image.rgb.insert(image.rgb.end(), from, from + static_cast<std::ptrdiff_t>(step));
    begin_ += step;
  }
  if (image.rgb.size() < size) {
    subject.wrong = truncated(image.rgb.size(), size);
  } else if (channels_ == 1) {
    image.rgb.resize(size * 3);
    for (std::size_t i = size; i-- > 0;)
      std::fill_n(image.rgb.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, image.rgb[i]);
  }
}

Subject FrameSource::fresh() {
  Subject subject;
  subject.frame = count_;
  subject.where = "frame " + std::to_string(count_);
  if (fps_ > 0) subject.time_s = static_cast<double>(count_) / fps_;
  ++count_;
  return subject;
}

std::optional<Subject> FrameSource::next_raw() {
  if (!byte(0)) return std::nullopt;
  Subject subject = fresh();
  width_ = format_.width;
  height_ = format_.height;
  channels_ = 3;
  read_raster(subject);
  return subject;
}

std::optional<Subject> FrameSource::next_pnm() {
  if (lost_ && !find_header()) return std::nullopt;
  lost_ = false;
  while (byte(0) && is_space(buffer_[begin_])) ++begin_;
  std::string comments;
  const Parsed parsed = parse(comments);
  if (parsed == Parsed::end) return std::nullopt;
  Subject subject = fresh();
  if (parsed == Parsed::broken) {
    subject.wrong = wrong_;
    lost_ = true;
    ++begin_;
    return subject;
  }
  begin_ += header_size_;
  if (const std::optional<double> time = time_in(comments)) subject.time_s = time;
  if (maxval_ != 255) {
    subject.wrong = "has a maximum of " + std::to_string(maxval_) + " a channel; only 255 is read";
    const std::size_t sample = maxval_ > 255 ? 2 : 1;
    skip(static_cast<std::uint64_t>(width_ * height_) * channels_ * sample);
    return subject;
  }
  read_raster(subject);
  return subject;
}

std::optional<Subject> FrameSource::next() {
  stop_if_interrupted();
  std::optional<Subject> subject = format_.width > 0 ? next_raw() : next_pnm();
  if (give_up_ && *give_up_) return std::nullopt;
  return subject;
}

NewestSource::NewestSource(
    const std::function<std::unique_ptr<SubjectSource>(const std::atomic<bool>&)>& make)
    : source_(make(stop_)), thread_([this] { read(); }) {}

NewestSource::~NewestSource() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  taken_.notify_all();
  thread_.join();
}

void NewestSource::read() {
  std::exception_ptr failure;
  try {
    while (!stop_) {
      std::optional<Subject> subject = source_->next();
      if (!subject) break;
      std::unique_lock lock(mutex_);
      if (newest_ && !newest_->wrong.empty())
        taken_.wait(lock, [&] { return !newest_ || stop_.load(); });
      if (newest_) ++dropped_;
      newest_ = std::move(subject);
      came_.notify_one();
    }
  } catch (...) {
    failure = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  failure_ = failure;
  ended_ = true;
  came_.notify_one();
}

std::optional<Subject> NewestSource::next() {
  std::unique_lock lock(mutex_);
  came_.wait(lock, [&] { return newest_ || ended_; });
  if (!newest_ && failure_) std::rethrow_exception(failure_);
  std::optional<Subject> subject = std::exchange(newest_, std::nullopt);
  taken_.notify_one();
  return subject;
}

std::uint64_t NewestSource::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace signpost
