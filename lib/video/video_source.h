#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "pixels/image.h"

namespace signpost {

/// Frames of a video file or a camera, through OpenCV's videoio (FFmpeg, V4L2). For one thread at a
/// time.
class VideoSource {
 public:
  /// `name` is a file, or a camera: "/dev/video0" or a number. `width` and `height`, unless 0, are
  /// asked of a camera, which may choose its nearest size. Throws Error{input} if nothing can be
  /// opened there.
  VideoSource(const std::string& name, int width, int height);
  VideoSource(const VideoSource&) = delete;
  VideoSource& operator=(const VideoSource&) = delete;
  ~VideoSource();

  /// Moves to the next frame without decoding it; false at the end, or when a camera is gone.
  bool skip();

  /// The next frame, and its time in seconds: of a file since its beginning, of a camera since the
  /// first frame. False as for `skip`.
  bool next(Image& frame, double& time_s);

  bool is_camera() const { return camera_; }
  /// How many frames a file says it has, which may be an estimate; 0 if it does not.
  std::uint64_t stated_frames() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  bool camera_ = false;
};

}  // namespace signpost
