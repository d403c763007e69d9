#include "curate/crop.h"

#include <catch2/catch.hpp>

namespace signpost {
namespace {

Sample sized(int width, int height, Roi roi) {
  Sample sample;
  sample.id = std::string("a");
  sample.image = std::string("a.ppm");
  sample.width = width;
  sample.height = height;
  sample.roi = roi;
  return sample;
}

}  // namespace

TEST_CASE("a crop is written as its numbers are") {
  Sample sample = sized(40, 40, {0, 0, 40, 40});
  CHECK(Cropper(48, 0.0).apply(sample).empty());
  CHECK(sample.ops == R"({"crop":{"size":48,"margin":0.0}})");
  sample.ops.clear();
  CHECK(Cropper(32, 0.125).apply(sample).empty());
  CHECK(sample.ops == R"({"crop":{"size":32,"margin":0.125}})");
}

TEST_CASE("a sample without a box or a size is cropped whole") {
  Sample sample;
  sample.id = std::string("a");
  sample.image = std::string("a.ppm");
  CHECK(Cropper(48, 0.0).apply(sample).empty());
  CHECK_FALSE(sample.ops.empty());
}

TEST_CASE("a box that is empty or leaves its image is refused, and the sample kept as it was") {
  const auto refused = [](Sample sample) {
    const std::string wrong = Cropper(48, 0.0).apply(sample);
    CHECK(sample.ops.empty());
    return wrong;
  };
  CHECK(refused(sized(40, 30, {5, 5, 5, 20})) ==
        "roi [5,5,5,20] is empty; give it as [x1,y1,x2,y2] with x1 < x2 and y1 < y2");
  CHECK(refused(sized(40, 30, {5, 5, 41, 30})) ==
        "roi [5,5,41,30] leaves its 40x30 image; correct the box");
  CHECK(refused(sized(40, 30, {5, -1, 40, 30})) ==
        "roi [5,-1,40,30] leaves its 40x30 image; correct the box");
  Sample sizeless = sized(0, 0, {-2, 0, 4, 4});
  sizeless.width.reset();
  sizeless.height.reset();
  CHECK(refused(sizeless) == "roi [-2,0,4,4] leaves its image; correct the box");
}

TEST_CASE("a sample is cropped once") {
  Sample sample = sized(40, 40, {0, 0, 40, 40});
  Cropper cropper(48, 0.0);
  CHECK(cropper.apply(sample).empty());
  const std::string ops = sample.ops;
  CHECK(cropper.apply(sample) == "is cropped already; crop the samples as they came from ingest");
  CHECK(sample.ops == ops);
}

TEST_CASE("operations that cannot be read are refused") {
  Sample sample = sized(40, 40, {0, 0, 40, 40});
  sample.add_op(R"({"spin":{}})");
  CHECK(Cropper(48, 0.0).apply(sample) == "a: field \"ops\" holds the unknown operation \"spin\"");
}

}  // namespace signpost
