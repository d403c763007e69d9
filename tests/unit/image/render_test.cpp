#include "image/render.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "image/turn.h"
#include "pixels/pnm.h"
#include "support/scratch.h"

namespace signpost {
namespace {

constexpr int kSize = 32;

/// A photograph on disk and a record of it, with the operations `ops`.
class Photograph {
 public:
  Photograph() : image_(40, 50) {
    for (std::size_t i = 0; i < image_.rgb.size(); ++i)
      image_.rgb[i] = static_cast<std::uint8_t>(i * i / 90);
    Bytes bytes;
    encode_ppm(image_, bytes);
    OutputFile file(scratch_ / "a.ppm", false);
    file.write(bytes);
    file.commit();
  }
  Sample record(const std::string& ops) const {
    Sample sample;
    sample.id = std::string("a");
    sample.image = (scratch_ / "a.ppm").string();
    sample.roi = Roi{4, 8, 36, 40};
    sample.ops = ops;
    return sample;
  }

 private:
  Scratch scratch_;
  Image image_;
};

const std::string kCrop = R"({"crop":{"size":32,"margin":0}})";

Image rendered(const Sample& sample) {
  Image image;
  std::string wrong;
  const Renderer renderer({});
  const bool good = renderer.render(sample, image, wrong);
  CAPTURE(wrong);
  REQUIRE(good);
  return image;
}

}  // namespace

TEST_CASE("a transform is executed on the crop") {
  const Photograph photograph;
  const Image plain = rendered(photograph.record(kCrop));
  Image turned(kSize, kSize);
  for (std::size_t i = 0; i < kTransformCount; ++i) {
    const auto transform = static_cast<Transform>(i);
    const std::string op =
        fmt::format(R"({},{{"transform":"{}"}})", kCrop, transform_name(transform));
    turn_square(transform, plain.rgb.data(), kSize, turned.rgb.data());
    CAPTURE(transform_name(transform));
    CHECK(rendered(photograph.record(op)) == turned);
    // An augmentation by a recipe without anything else leaves it so.
    CHECK(rendered(photograph.record(fmt::format(
              R"({},{{"augment":{{"recipe":"paper","seed":1,"copy":1}}}})", op))) == turned);
  }
}

TEST_CASE("operations in an order that cannot be executed are refused by name") {
  const Photograph photograph;
  const Renderer renderer({});
  const std::string turn = R"({"transform":"rotate_90"})",
                    vary = R"({"augment":{"recipe":"road","seed":1,"copy":1}})";
  const auto plan = [&](const std::vector<std::string>& ops) {
    renderer.plan(photograph.record(fmt::format("{}", fmt::join(ops, ","))));
  };
  CHECK_THROWS_WITH(plan({turn}), "a: is transformed but not cropped; run signpost crop first");
  CHECK_THROWS_WITH(plan({vary}), "a: is augmented but not cropped; run signpost crop first");
  CHECK_THROWS_WITH(plan({turn, kCrop}), "a: is varied before it is cropped; crop it first");
  CHECK_THROWS_WITH(plan({kCrop, turn, turn}),
                    "a: is transformed twice; write both transforms as one");
  CHECK_THROWS_WITH(plan({kCrop, vary, turn}),
                    "a: is transformed behind its augmentation; transform it first");
  CHECK_THROWS_WITH(plan({kCrop, kCrop}), "a: is cropped twice; run signpost crop once");
  CHECK_THROWS_WITH(plan({kCrop, vary, vary}), "a: is augmented twice; run signpost augment once");
}

}  // namespace signpost
