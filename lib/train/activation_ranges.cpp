#include "train/activation_ranges.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/random.h"
#include "compress/value_histogram.h"
#include "train/onnx_reference.h"

namespace signpost {
namespace {

constexpr std::size_t kBatch = 32;

}  // namespace

std::vector<std::size_t> spread_over_tracks(std::span<const Sample> samples, std::size_t count) {
  // Tracks in the order of their names' hashes, classes by number.
  using Frame = std::pair<std::uint64_t, std::size_t>;
  std::map<std::pair<int, std::uint64_t>, std::vector<Frame>> tracks;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const Sample& sample = samples[i];
    const std::string& track = sample.group.empty() ? sample.id : sample.group;
    tracks[{sample.label.value_or(-1), stable_hash(track)}].emplace_back(stable_hash(sample.id), i);
  }
  std::vector<std::tuple<std::size_t, std::size_t, int, std::size_t>> order;
  std::map<int, std::size_t> seen;  // tracks of a class
  for (auto& [key, frames] : tracks) {
    const std::size_t track = seen[key.first]++;
    std::ranges::sort(frames);
    for (std::size_t k = 0; k < frames.size(); ++k)
      order.emplace_back(k, track, key.first, frames[k].second);
  }
  std::ranges::sort(order);
  order.resize(std::min(order.size(), count));
  std::vector<std::size_t> chosen;
  for (const auto& each : order) chosen.push_back(std::get<3>(each));
  std::ranges::sort(chosen);
  return chosen;
}

ValueRanges measure_ranges(ByteView onnx, std::span<const std::uint8_t> pixels, std::size_t count) {
  std::map<std::string, ValueHistogram> histograms;
  for (const std::string& name : measured_values(onnx)) histograms[name];
  OnnxReference reference(onnx);
  std::vector<float> probabilities;
  const std::size_t bytes = count == 0 ? 0 : pixels.size() / count;
  for (std::size_t from = 0; from < count; from += kBatch) {
    const std::size_t some = std::min(kBatch, count - from);
    reference.predict(pixels.subspan(from * bytes, some * bytes), some, probabilities,
                      [&](const std::string& name, std::span<const float> numbers) {
                        const auto found = histograms.find(name);
                        if (found != histograms.end()) found->second.add(numbers);
                      });
  }
  ValueRanges ranges;
  for (const auto& [name, histogram] : histograms) ranges[name] = histogram.least_error();
  return ranges;
}

}  // namespace signpost
