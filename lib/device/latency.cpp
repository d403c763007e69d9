#include "device/latency.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace signpost {

Latency measure_latency(Engine& engine) {
  using Clock = std::chrono::steady_clock;
  constexpr std::size_t kWarmUp = 10, kMost = 1000;
  constexpr std::chrono::seconds kEnough{3};
  std::vector<std::uint8_t> pixels(engine.input_size() * engine.input_size() * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = static_cast<std::uint8_t>(i * 2654435761u >> 24);
  std::vector<float> answer(engine.output_size());
  std::vector<double> times;
  const Clock::time_point start = Clock::now();
  for (std::size_t i = 0; i < kWarmUp + kMost; ++i) {
    const Clock::time_point before = Clock::now();
    engine.run(pixels, answer);
    const Clock::time_point after = Clock::now();
    if (i >= kWarmUp)
      times.push_back(std::chrono::duration<double, std::milli>(after - before).count());
    if (!times.empty() && after - start > kEnough) break;
  }
  std::sort(times.begin(), times.end());
  return {times[times.size() / 2], times[times.size() * 95 / 100], times.size()};
}

}  // namespace signpost
