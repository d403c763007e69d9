#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "base/file.h"
#include "base/interrupt.h"
#include "cli/command.h"
#include "video/video_source.h"

namespace signpost {
namespace {

struct Options {
  std::string source;
  std::uint64_t every = 1, max_frames = 0;
  int width = 0, height = 0;
  bool real_time = false;
};

/// A PPM whose header tells the time (docs/commands/camera.md).
void write_frame(const Image& frame, double time_s, Bytes& buffer) {
  char header[128];
  const int size = std::snprintf(header, sizeof header, "P6\n# time_s=%.6f\n%d %d\n255\n", time_s,
                                 frame.width, frame.height);
  buffer.assign(header, header + size);
  buffer.insert(buffer.end(), frame.rgb.begin(), frame.rgb.end());
  write_all(STDOUT_FILENO, buffer, "standard output");
}

void wait_until(std::chrono::steady_clock::time_point when) {
  while (std::chrono::steady_clock::now() < when) {
    stop_if_interrupted();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

Exit run(const Options& options) {
  VideoSource video(options.source, options.width, options.height);
  const auto start = std::chrono::steady_clock::now();
  Image frame;
  Bytes buffer;
  std::uint64_t read = 0, written = 0;
  double time_s = 0;
  bool more = true;
  while (more && (options.max_frames == 0 || written < options.max_frames)) {
    stop_if_interrupted();
    more = read % options.every == 0 ? video.next(frame, time_s) : video.skip();
    if (!more) break;
    const bool shown = read++ % options.every == 0;
    if (!shown) continue;
    if (options.real_time && !video.is_camera())
      wait_until(start + std::chrono::microseconds(static_cast<std::int64_t>(time_s * 1e6)));
    write_frame(frame, time_s, buffer);
    ++written;
  }
  if (read == 0) throw Error(Blame::input, options.source + ": gives no frame");
  if (!more && video.is_camera())
    throw Error(Blame::environment, options.source + ": gives no more frames");
  if (!more && read < video.stated_frames()) {
    say(options.source + ": ended after " + std::to_string(read) + " of the " +
        std::to_string(video.stated_frames()) + " frames that it states");
  }
  return Exit::done;
}

}  // namespace

Command command() {
  return {"Write the frames of a video or a camera for run", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            app.add_option("SOURCE", options->source,
                           "A video file, or a camera: /dev/video0 or its number")
                ->required();
            app.add_option("--every", options->every, "Write one frame of so many")
                ->capture_default_str()
                ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000000}));
            app.add_option("--max-frames", options->max_frames,
                           "End after so many are written (0: with the video, or never)")
                ->capture_default_str();
            app.add_option("--width", options->width, "Ask this width of a camera")
                ->type_name("PIXELS")
                ->check(CLI::Range(1, 1 << 14));
            app.add_option("--height", options->height, "Ask this height of a camera")
                ->type_name("PIXELS")
                ->check(CLI::Range(1, 1 << 14));
            app.add_flag("--real-time", options->real_time,
                         "Write a video's frames when they are due, as a camera would");
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
