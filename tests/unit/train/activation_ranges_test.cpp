#include "train/activation_ranges.h"

#include <fmt/format.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "train/onnx_writer.h"
#include "unit/train/weights_of.h"

namespace signpost {
namespace {

/// Track after track, `frames` samples each; the classes of the tracks are given.
std::vector<Sample> tracks_of(const std::vector<int>& classes, int frames) {
  std::vector<Sample> samples;
  for (std::size_t track = 0; track < classes.size(); ++track) {
    for (int frame = 0; frame < frames; ++frame) {
      Sample& sample = samples.emplace_back();
      sample.id = fmt::format("{}/{}", track, frame);
      sample.group = fmt::format("track {}", track);
      sample.label = classes[track];
    }
  }
  return samples;
}

std::map<std::string, int> per_track(const std::vector<Sample>& samples,
                                     const std::vector<std::size_t>& chosen) {
  std::map<std::string, int> counts;
  for (const std::size_t i : chosen) ++counts[samples[i].group];
  return counts;
}

}  // namespace

TEST_CASE("calibration takes one frame of every track before it takes a second one") {
  const std::vector<Sample> samples = tracks_of({1, 1, 1, 2, 2, 3}, 10);
  const auto counts = per_track(samples, spread_over_tracks(samples, 8));
  CHECK(counts.size() == 6);
  for (const auto& [track, count] : counts) CHECK(count <= 2);
}

TEST_CASE("with fewer images than tracks, every class comes before a class comes again") {
  const std::vector<Sample> samples = tracks_of({1, 1, 1, 1, 1, 1, 2, 3}, 5);
  std::multiset<int> classes;
  for (const std::size_t i : spread_over_tracks(samples, 4)) classes.insert(*samples[i].label);
  CHECK(classes == std::multiset<int>{1, 1, 2, 3});
}

TEST_CASE("calibration chooses the same images in whatever order they come") {
  std::vector<Sample> samples = tracks_of({1, 2, 3, 1, 2, 3}, 7);
  const auto names = [&] {
    std::set<std::string> chosen;
    for (const std::size_t i : spread_over_tracks(samples, 10)) chosen.insert(samples[i].id);
    return chosen;
  };
  const std::set<std::string> before = names();
  std::ranges::reverse(samples);
  CHECK(names() == before);
}

TEST_CASE("calibration takes every image where there are fewer than it wants, in their order") {
  const std::vector<Sample> samples = tracks_of({1, 2}, 2);
  CHECK(spread_over_tracks(samples, 100) == std::vector<std::size_t>{0, 1, 2, 3});
  CHECK(spread_over_tracks({}, 100).empty());
}

TEST_CASE("every value that int8 needs is measured, and nothing behind Relu is negative") {
  const NetworkSpec spec = make_network(small_networks()[0]);
  const Bytes onnx = write_onnx(spec, weights_of(spec), info_of(spec), {});
  const ValueRanges ranges = measure_ranges(onnx, pixels_of(spec.input_px, 3), 1);
  for (const std::string& name : measured_values(onnx)) {
    INFO(name);
    REQUIRE(ranges.contains(name));
    CHECK(ranges.at(name).high > ranges.at(name).low);
    if (name.ends_with(".relu")) CHECK(ranges.at(name).low == 0);
  }
}

}  // namespace signpost
