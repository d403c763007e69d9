#include "device/classifier.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/json_text.h"
#include "device/answer.h"
#include "support/scratch.h"
#include "support/test_package.h"

namespace signpost {
namespace {

std::string message(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// The message with which the package is refused.
std::string refused(const std::string& path, const PackageContents& contents) {
  write_package(path, contents, true);
  return message([&] { Classifier::open(path); });
}

}  // namespace

TEST_CASE("a classifier gives the package's own golden probabilities") {
  const Scratch scratch;
  const TestPackage package;
  write_package(scratch / "a.signpost", package.contents, false);
  Classifier classifier = Classifier::open(scratch / "a.signpost");
  CHECK(classifier.labels() == package.contents.labels);
  for (std::size_t i = 0; i < 2; ++i) {
    const std::vector<float> probabilities =
        classifier.classify(TestPackage::picture(static_cast<int>(i)), {2, 3, 30, 28});
    CHECK(probabilities == package.contents.golden[i].probabilities);
  }
}

TEST_CASE("a twin answers as the first one, and one by one as in a batch") {
  const Scratch scratch;
  const TestPackage package;
  write_package(scratch / "a.signpost", package.contents, false);
  Classifier first = Classifier::open(scratch / "a.signpost"), twin = first.twin();
  std::vector<std::uint8_t> tensors;
  for (const Bytes& tensor : package.tensors)
    tensors.insert(tensors.end(), tensor.begin(), tensor.end());
  std::vector<float> batch(6), one(3);
  first.classify_tensors(tensors, batch);
  for (std::size_t i = 0; i < 2; ++i) {
    twin.classify_tensor(package.tensors[i], one);
    CHECK(std::equal(one.begin(), one.end(), batch.begin() + static_cast<std::ptrdiff_t>(3 * i)));
  }
  CHECK_THROWS_AS(first.classify_tensors(tensors, one), std::invalid_argument);
}

TEST_CASE("a package that does not reproduce its golden vectors is refused") {
  const Scratch scratch;
  const std::string path = (scratch / "a.signpost").string();
  TestPackage package;
  PackageContents& contents = package.contents;
  SECTION("other probabilities") {
    std::vector<float>& probabilities = contents.golden[1].probabilities;
    probabilities = {0.5f, 0.25f, 0.25f};
    CHECK_THAT(refused(path, contents),
               Catch::StartsWith(path + ": golden vector 1: the network gives 0.") &&
                   Catch::Contains(" for label 14, not 0.500000; it does not run right "
                                   "on this machine or the package is wrong"));
  }
  SECTION("another tensor") {
    const int before = package.tensors[0][5];
    package.tensors[0][5] ^= 1;
    CHECK(refused(path, contents) ==
          path + ": golden vector 0: preprocessing gives " + std::to_string(before) +
              " at byte 5 of the tensor, not " + std::to_string(before ^ 1) +
              "; the package is damaged or was made by another implementation: build it again");
  }
  SECTION("a roi outside its image") {
    contents.golden[0].roi = {2, 3, 33, 28};
    CHECK(refused(path, contents) ==
          path +
              ": golden vector 0: its roi 2,3,33,28 is not a box inside the image of 32x30 pixels");
  }
  SECTION("an image that is none") {
    contents.golden[0].image = contents.golden[0].tensor;
    CHECK(refused(path, contents) ==
          path + ": golden vector 0: its image is not a binary PPM or PGM image");
  }
}

TEST_CASE("a network that is not the package's is refused") {
  const Scratch scratch;
  const std::string path = (scratch / "a.signpost").string(), where = path + "!model.onnx: ";
  TestPackage package;
  const auto with = [&](const std::string& onnx) {
    package.contents.onnx = as_bytes(onnx);
    return refused(path, package.contents);
  };
  CHECK(with(tiny_network(16, 3, "")) ==
        where + "carries no preprocessing contract (metadata key signpost.preprocessing)");
  CHECK(with(tiny_network(16, 3, encode_contract({16, 0}))) ==
        where +
            "carries another preprocessing contract than package.json; build the package again");
  CHECK(with(tiny_network(24, 3, encode_contract({16, 50}))) ==
        where + "takes 24x24 pixels, but its contract says 16x16");
  CHECK(with(tiny_network(16, 4, encode_contract({16, 50}))) ==
        where + "gives 4 probabilities for 3 labels");
}

TEST_CASE("a region outside the image or too large is refused with a reason") {
  const Scratch scratch;
  const TestPackage package;
  write_package(scratch / "a.signpost", package.contents, false);
  Classifier classifier = Classifier::open(scratch / "a.signpost");
  const Image image(40, 20);
  CHECK(classifier.refusal(image, {0, 0, 40, 20}).empty());
  CHECK(classifier.refusal(image, {-1, 0, 40, 20}) ==
        "-1,0,40,20 is not a box inside the image of 40x20 pixels");
  CHECK(classifier.refusal(image, {5, 5, 5, 9}) ==
        "5,5,5,9 is not a box inside the image of 40x20 pixels");
  CHECK(classifier.refusal(Image(9000, 4), {0, 0, 9000, 4}) ==
        "covers 9000x4 pixels; at most 8192 a side are classified");
  CHECK(message([&] {
          classifier.classify(image, {0, 0, 41, 20});
        }) == "the region 0,0,41,20 is not a box inside the image of 40x20 pixels");
}

TEST_CASE("the best labels come first, equal ones in their order") {
  const std::vector<float> probabilities = {0.1f, 0.3f, NAN, 0.3f, 0.2f};
  CHECK(highest(probabilities, 3) == std::vector<std::size_t>{1, 3, 4});
  CHECK(highest(probabilities, 9) == std::vector<std::size_t>{1, 3, 4, 0, 2});
}

TEST_CASE("an answer is one JSON object") {
  const Scratch scratch;
  const TestPackage package;
  write_package(scratch / "a.signpost", package.contents, false);
  const auto opened = Package::open(scratch / "a.signpost");
  std::string answer = "{\"file\":" + json_string("a \"b\".ppm") + ",";
  append_prediction(answer, *opened, std::vector<float>{0.25f, 0.5f, 0.25f}, 2, std::nullopt);
  CHECK(answer + "}" ==
        R"({"file":"a \"b\".ppm","label":1,"name":"Speed limit 30 km/h","confidence":0.5,"top":[)"
        R"({"label":1,"name":"Speed limit 30 km/h","confidence":0.5},)"
        R"({"label":14,"name":"Stop","confidence":0.25}],"model":"tiny-0.3.1"})");
}

}  // namespace signpost
