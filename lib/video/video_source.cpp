#include "video/video_source.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <optional>

#include "base/error.h"

namespace signpost {
namespace {

using Clock = std::chrono::steady_clock;

bool is_number(const std::string& text) {
  return !text.empty() && text.size() < 4 &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// What these libraries say on standard error is for their own developers.
void hush() {
  ::setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
}

}  // namespace

struct VideoSource::State {
  cv::VideoCapture capture;
  cv::Mat frame, rgb;
  std::optional<Clock::time_point> first;
  double last_s = 0;
};

VideoSource::VideoSource(const std::string& name, int width, int height)
    : state_(std::make_unique<State>()),
      camera_(is_number(name) || name.starts_with("/dev/video")) {
  hush();
  cv::VideoCapture& capture = state_->capture;
  try {
    if (is_number(name)) {
      capture.open(std::stoi(name), cv::CAP_V4L2);
    } else if (camera_) {
      capture.open(name, cv::CAP_V4L2);
    } else if (std::filesystem::is_regular_file(name)) {
      capture.open(name, cv::CAP_FFMPEG);
    } else {
      throw Error(Blame::input, name + ": there is no such file");
    }
  } catch (const cv::Exception&) {
    capture.release();
  }
  if (!capture.isOpened()) {
    throw Error(Blame::input,
                name + (camera_ ? ": is no camera that opens; see v4l2-ctl --list-devices"
                                : ": is no video that opens"));
  }
  if (width > 0) capture.set(cv::CAP_PROP_FRAME_WIDTH, width);
  if (height > 0) capture.set(cv::CAP_PROP_FRAME_HEIGHT, height);
}

VideoSource::~VideoSource() = default;

bool VideoSource::skip() { return state_->capture.grab(); }

bool VideoSource::next(Image& frame, double& time_s) {
  State& state = *state_;
  if (!state.capture.read(state.frame) || state.frame.empty()) return false;
  if (camera_) {
    const Clock::time_point now = Clock::now();
    if (!state.first) state.first = now;
    time_s = std::chrono::duration<double>(now - *state.first).count();
  } else {
    time_s = state.capture.get(cv::CAP_PROP_POS_MSEC) / 1000;
  }
  // Some containers have no times, and times never go back.
  time_s = state.last_s = std::max(state.last_s, std::isfinite(time_s) ? time_s : 0);
  const bool grey = state.frame.channels() == 1;
  cv::cvtColor(state.frame, state.rgb, grey ? cv::COLOR_GRAY2RGB : cv::COLOR_BGR2RGB);
  frame.width = state.rgb.cols;
  frame.height = state.rgb.rows;
  frame.rgb.resize(frame.row_bytes() * static_cast<std::size_t>(frame.height));
  for (int y = 0; y < frame.height; ++y) {
    std::memcpy(frame.rgb.data() + static_cast<std::size_t>(y) * frame.row_bytes(),
                state.rgb.ptr(y), frame.row_bytes());
  }
  return true;
}

std::uint64_t VideoSource::stated_frames() const {
  const double count = camera_ ? 0 : state_->capture.get(cv::CAP_PROP_FRAME_COUNT);
  return count > 0 && count < 1e12 ? static_cast<std::uint64_t>(count) : 0;
}

}  // namespace signpost
