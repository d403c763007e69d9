#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "run/subject.h"

namespace signpost {

/// How the frames of a stream lie in it.
struct FrameFormat {
  int width = 0, height = 0;  ///< of raw frames (RGB, 8 bits, rows from the top); 0: PPM or PGM
};

/// "ppm", or "rgb24:640x480". Throws Error{usage} on anything else.
FrameFormat parse_frame_format(const std::string& text);

/// No frame of a stream has more pixels.
inline constexpr std::int64_t kMaxFramePixels = std::int64_t{1} << 25;

/// Frames that follow one another on a file descriptor.
///
/// PPM frames stand one after the other as ppm(5) allows; PGM too. A comment "# time_s=1.25" in a
/// frame's header is its time. A frame that cannot be read is a subject with a complaint, and the
/// next one begins where a header is found that can be read. A raster that is cut short in the
/// middle of the stream shows only at the frame behind it, which is then lost; at the end it shows
/// at once. Raw frames have no header, so that what is lost of one shifts all others.
///
/// Memory is that of one frame, and grows with the bytes that come, not with what a header claims.
class FrameSource : public SubjectSource {
 public:
  /// `fps` gives frames without a time theirs: number / fps. 0: they have none. `give_up` ends the
  /// stream from another thread, within about 0.1 s.
  FrameSource(int descriptor, FrameFormat format, double fps,
              const std::atomic<bool>* give_up = nullptr);
  std::optional<Subject> next() override;

 private:
  enum class Parsed { header, broken, end };
  bool fill();
  std::optional<std::uint8_t> byte(std::size_t offset);
  std::int64_t number(std::size_t& at, std::string& comments);
  Parsed parse(std::string& comments);
  bool find_header();
  void read_raster(Subject& subject);
  void skip(std::uint64_t count);
  std::optional<Subject> next_raw();
  std::optional<Subject> next_pnm();
  Subject fresh();

  int descriptor_;
  FrameFormat format_;
  double fps_;
  const std::atomic<bool>* give_up_;
  std::uint64_t count_ = 0;
  Bytes buffer_;
  std::size_t begin_ = 0;  ///< what is before is done with
  bool at_end_ = false;
  bool lost_ = false;  ///< the last frame was broken: a header is to be found
  // Of the header last parsed:
  std::string wrong_;
  std::int64_t width_ = 0, height_ = 0, maxval_ = 0;
  std::size_t channels_ = 3, header_size_ = 0;
};

/// The newest subject of a source that does not wait: a thread of its own reads on, and what is not
/// taken before the next one comes is dropped. Complaints are never dropped.
class NewestSource : public SubjectSource {
 public:
  /// `make` builds the source that is read; it ends when the flag becomes true.
  explicit NewestSource(
      const std::function<std::unique_ptr<SubjectSource>(const std::atomic<bool>&)>& make);
  ~NewestSource() override;
  std::optional<Subject> next() override;

  /// Since the beginning.
  std::uint64_t dropped() const;

 private:
  void read();

  std::atomic<bool> stop_{false};
  std::unique_ptr<SubjectSource> source_;
  mutable std::mutex mutex_;
  std::condition_variable came_, taken_;
  std::optional<Subject> newest_;
  std::exception_ptr failure_;
  std::uint64_t dropped_ = 0;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace signpost
