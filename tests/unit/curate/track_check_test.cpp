#include "curate/track_check.h"

#include <catch2/catch.hpp>

namespace signpost {
namespace {

Sample sample_of(const std::string& image, Roi roi, int label) {
  Sample sample;
  sample.id = image + std::to_string(roi.x1);
  sample.image = image;
  sample.roi = roi;
  sample.label = label;
  sample.group = "g";
  return sample;
}

}  // namespace

TEST_CASE("a group of frames that has two labels is a fault, a scene with several signs is none") {
  TrackCheck track;
  track.add(sample_of("a.ppm", {0, 0, 9, 9}, 1), 1);
  track.add(sample_of("b.ppm", {0, 0, 9, 9}, 2), 2);
  const std::vector<TrackCheck::Fault> faults = track.faults();
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].kind == "group-labels");
  CHECK(faults[0].line == 2);

  TrackCheck scene;
  scene.add(sample_of("a.jpg", {0, 0, 9, 9}, 1), 1);
  scene.add(sample_of("a.jpg", {20, 0, 29, 9}, 2), 2);
  CHECK(scene.faults().empty());
}

}  // namespace signpost
