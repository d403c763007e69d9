#pragma once

#include <cstddef>

#include "device/engine.h"

namespace signpost {

/// How long one image takes, on one thread, preprocessing apart.
struct Latency {
  double p50_ms = 0, p95_ms = 0;
  std::size_t images = 0;  ///< that were timed
};

/// Times an engine on this machine, in the calling thread: single images after a warm-up, until
/// 1,000 are timed or three seconds are over. What the images show does not matter.
Latency measure_latency(Engine& engine);

}  // namespace signpost
