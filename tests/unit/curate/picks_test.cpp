#include "curate/picks.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

namespace signpost {
namespace {

std::vector<Sample> tracks(int count, int frames) {
  std::vector<Sample> samples;
  for (int track = 0; track < count; ++track) {
    for (int frame = 0; frame < frames; ++frame) {
      Sample& sample = samples.emplace_back();
      sample.group = std::to_string(track);
      sample.id = std::to_string(track);
      sample.id += '_';
      sample.id += std::to_string(frame);
    }
  }
  return samples;
}

std::vector<std::string> drawn(const std::vector<Sample>& samples, std::size_t most,
                               std::uint64_t seed) {
  Picks picks(most, seed);
  for (const Sample& sample : samples) picks.add(sample);
  std::vector<std::string> ids;
  for (const Sample* sample : picks.drawn()) ids.push_back(sample->id);
  return ids;
}

}  // namespace

TEST_CASE("what is drawn does not depend on the order of the stream") {
  std::vector<Sample> samples = tracks(40, 7);
  const std::vector<std::string> forward = drawn(samples, 6, 7);
  std::reverse(samples.begin(), samples.end());
  CHECK(drawn(samples, 6, 7) == forward);
  CHECK(drawn(samples, 6, 8) != forward);
}

TEST_CASE("no group is drawn twice, and all of few are drawn") {
  for (const std::size_t most : {3u, 6u, 50u}) {
    const std::vector<std::string> ids = drawn(tracks(10, 5), most, 1);
    std::set<std::string> groups;
    for (const std::string& id : ids) groups.insert(id.substr(0, id.find('_')));
    CHECK(ids.size() == std::min<std::size_t>(most, 10));
    CHECK(groups.size() == ids.size());
  }
  CHECK(drawn(tracks(3, 3), 0, 1).empty());
}

TEST_CASE("every group and every frame is as likely as another") {
  std::map<std::string, int> counts;
  const std::vector<Sample> samples = tracks(4, 3);
  for (std::uint64_t seed = 0; seed < 1200; ++seed) ++counts[drawn(samples, 1, seed)[0]];
  CHECK(counts.size() == 12);
  for (const auto& [id, count] : counts) {
    CHECK(count > 60);
    CHECK(count < 140);
  }
}

}  // namespace signpost
