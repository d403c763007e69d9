#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <string>
#include <thread>

#include "codecs/decode.h"
#include "codecs/jpeg.h"
#include "device/classifier.h"
#include "device/frame.h"
#include "device/signpost_device.h"
#include "model/signature.h"
#include "model/signing_key.h"
#include "support/scratch.h"
#include "support/test_package.h"

namespace signpost {
namespace {

/// A package in a file, opened through the C interface.
struct Opened {
  explicit Opened(const TestPackage& made = TestPackage()) {
    path = (scratch / "a.signpost").string();
    write_package(path, made.contents, false);
    REQUIRE(signpost_open_file(path.c_str(), nullptr, &device) == SIGNPOST_OK);
  }
  Opened(const Opened&) = delete;
  ~Opened() { signpost_close(device); }

  Scratch scratch;
  std::string path;
  signpost_device* device = nullptr;
};

signpost_result fresh() {
  signpost_result result{};
  result.size = sizeof result;
  return result;
}

signpost_frame frame_of(const Image& image) {
  return {image.rgb.data(), image.width, image.height, image.row_bytes(), SIGNPOST_RGB};
}

std::string error() { return signpost_last_error(); }

bool says(const std::string& part) {
  INFO(error());
  return error().find(part) != std::string::npos;
}

/// The image with four bytes a pixel and rows that are `slack` bytes apart.
std::vector<std::uint8_t> four_channels(const Image& image, bool bgra, std::size_t slack) {
  std::vector<std::uint8_t> out;
  for (std::size_t i = 0; i < image.rgb.size(); i += 3) {
    const std::uint8_t* rgb = &image.rgb[i];
    out.insert(out.end(), {rgb[bgra ? 2 : 0], rgb[1], rgb[bgra ? 0 : 2], std::uint8_t{77}});
    if ((i / 3 + 1) % static_cast<std::size_t>(image.width) == 0)
      out.resize(out.size() + slack, 200);
  }
  return out;
}

}  // namespace

TEST_CASE("through the C interface come the classifier's own answers") {
  const Opened opened;
  const Image image = TestPackage::picture(0);
  const signpost_frame frame = frame_of(image);
  const signpost_box box{2, 3, 30, 28};
  signpost_result result = fresh();
  REQUIRE(signpost_classify_frame(opened.device, &frame, &box, &result) == SIGNPOST_OK);

  Classifier classifier = Classifier::open(opened.path);
  const std::vector<float> expected = classifier.classify(image, {2, 3, 30, 28});
  std::vector<float> probabilities(signpost_label_count(opened.device));
  REQUIRE(signpost_probabilities(opened.device, probabilities.data(), 3) == SIGNPOST_OK);
  CHECK(probabilities == expected);
  CHECK(result.count == 3);
  CHECK(result.abstained == 0);
  for (int i = 0; i < 3; ++i) {
    const signpost_guess& guess = result.guesses[i];
    CHECK((i == 0 || guess.confidence <= result.guesses[i - 1].confidence));
    const auto label = std::find_if(classifier.labels().begin(), classifier.labels().end(),
                                    [&](const Label& l) { return l.id == guess.label.id; });
    REQUIRE(label != classifier.labels().end());
    CHECK(guess.label.name == label->name);
    CHECK(guess.label.name_de == label->name_de);
  }
  CHECK(result.guesses[3].label.name == nullptr);
  CHECK(std::string(signpost_model(opened.device)) == "tiny-0.3.1");
  signpost_label label{};
  REQUIRE(signpost_label_at(opened.device, 2, &label) == SIGNPOST_OK);
  CHECK(label.id == 38);
}

TEST_CASE("byte order and stride of a frame make no difference") {
  const Opened opened;
  const Image image = TestPackage::picture(1);
  std::array<std::array<float, 3>, 3> all{};
  const signpost_frame plain = frame_of(image);
  signpost_result result = fresh();
  REQUIRE(signpost_classify_frame(opened.device, &plain, nullptr, &result) == SIGNPOST_OK);
  signpost_probabilities(opened.device, all[0].data(), 3);
  for (const bool bgra : {false, true}) {
    const std::vector<std::uint8_t> pixels = four_channels(image, bgra, 13);
    const signpost_frame frame{pixels.data(), image.width, image.height,
                               4 * static_cast<std::size_t>(image.width) + 13,
                               bgra ? SIGNPOST_BGRA : SIGNPOST_RGBA};
    REQUIRE(signpost_classify_frame(opened.device, &frame, nullptr, &result) == SIGNPOST_OK);
    signpost_probabilities(opened.device, all[bgra ? 1 : 2].data(), 3);
  }
  CHECK(all[0] == all[1]);
  CHECK(all[0] == all[2]);
}

TEST_CASE("a frame is preprocessed as the whole image is, wherever the region lies") {
  Image image(211, 160), window;
  for (std::size_t i = 0; i < image.rgb.size(); ++i)
    image.rgb[i] = static_cast<std::uint8_t>(i * i % 251 + i % 5);
  const FrameView frame{image.rgb.data(), image.width, image.height, image.row_bytes(),
                        PixelOrder::rgb};
  for (const int size : {7, 16, 48}) {
    for (const int margin : {0, 50, 700}) {
      for (const Box roi : {Box{0, 0, 211, 160},
                            {0, 0, 1, 1},
                            {210, 159, 211, 160},
                            {50, 40, 53, 120},
                            {100, 20, 117, 37},
                            {30, 30, 78, 78},
                            {5, 90, 205, 97}}) {
        const auto bytes = static_cast<std::size_t>(size * size * 3);
        std::vector<std::uint8_t> whole(bytes), part(bytes);
        preprocess(image, roi, {size, margin}, whole);
        preprocess_frame(frame, roi, {size, margin}, window, part);
        CHECK(whole == part);
      }
    }
  }
}

TEST_CASE("encoded pictures are decoded, and damaged ones are refused by name of their fault") {
  const Opened opened;
  const Image image = TestPackage::picture(1);
  const std::vector<std::uint8_t> png = encode_png(image);
  const signpost_frame frame = frame_of(image);
  signpost_result from_png = fresh(), from_frame = fresh();
  REQUIRE(signpost_classify_encoded(opened.device, png.data(), png.size(), nullptr, &from_png) ==
          SIGNPOST_OK);
  REQUIRE(signpost_classify_frame(opened.device, &frame, nullptr, &from_frame) == SIGNPOST_OK);
  CHECK(from_png.guesses[0].confidence == from_frame.guesses[0].confidence);

  CHECK(signpost_classify_encoded(opened.device, png.data(), 40, nullptr, &from_png) ==
        SIGNPOST_BAD_IMAGE);
  CHECK(says("the picture is a damaged PNG"));
  CHECK(signpost_classify_encoded(opened.device, "hello", 5, nullptr, &from_png) ==
        SIGNPOST_BAD_IMAGE);
  CHECK(signpost_classify_encoded(opened.device, "", 0, nullptr, &from_png) == SIGNPOST_BAD_IMAGE);
  CHECK(says("is empty"));
}

TEST_CASE("null pointers are refused, each by what is missing") {
  const Opened opened;
  const Image image = TestPackage::picture(0);
  signpost_frame frame = frame_of(image);
  signpost_result result = fresh();
  signpost_device* other = opened.device;
  CHECK(signpost_open_file(nullptr, nullptr, &other) == SIGNPOST_BAD_ARGUMENT);
  CHECK(other == nullptr);
  CHECK(says("path"));
  CHECK(signpost_open_file(opened.path.c_str(), nullptr, nullptr) == SIGNPOST_BAD_ARGUMENT);
  CHECK(signpost_open_memory(nullptr, 8, nullptr, &other) == SIGNPOST_BAD_ARGUMENT);
  CHECK(signpost_clone(nullptr, &other) == SIGNPOST_BAD_ARGUMENT);
  CHECK(signpost_clone(opened.device, nullptr) == SIGNPOST_BAD_ARGUMENT);
  CHECK(signpost_classify_frame(nullptr, &frame, nullptr, &result) == SIGNPOST_BAD_ARGUMENT);
  CHECK(says("device is null"));
  CHECK(signpost_classify_frame(opened.device, nullptr, nullptr, &result) == SIGNPOST_BAD_ARGUMENT);
  CHECK(signpost_classify_frame(opened.device, &frame, nullptr, nullptr) == SIGNPOST_BAD_ARGUMENT);
  CHECK(says("result"));
  frame.pixels = nullptr;
  CHECK(signpost_classify_frame(opened.device, &frame, nullptr, &result) == SIGNPOST_BAD_ARGUMENT);
  CHECK(says("no pixels"));
  CHECK(signpost_classify_encoded(opened.device, nullptr, 5, nullptr, &result) ==
        SIGNPOST_BAD_ARGUMENT);
  CHECK(signpost_label_at(opened.device, 0, nullptr) == SIGNPOST_BAD_ARGUMENT);
  CHECK(signpost_label_count(nullptr) == 0);
  CHECK(signpost_model(nullptr) == nullptr);
  signpost_close(nullptr);
}

TEST_CASE("frames and regions that do not fit are refused, and the handle goes on") {
  const Opened opened;
  const Image image = TestPackage::picture(0);
  signpost_result result = fresh();
  const auto status = [&](signpost_frame frame, signpost_box box) {
    return signpost_classify_frame(opened.device, &frame, &box, &result);
  };
  const signpost_frame good = frame_of(image);
  const signpost_box whole{0, 0, 32, 30};
  signpost_frame bad = good;
  bad.stride = 95;
  CHECK(status(bad, whole) == SIGNPOST_BAD_ARGUMENT);
  CHECK(says("stride of 95 bytes for rows of 96"));
  bad = good;
  bad.format = SIGNPOST_RGBA;
  CHECK(status(bad, whole) == SIGNPOST_BAD_ARGUMENT);
  bad.format = 9;
  CHECK(status(bad, whole) == SIGNPOST_BAD_ARGUMENT);
  CHECK(says("format"));
  for (const auto& [width, height] : {std::pair{0, 30}, {32, -1}, {32769, 1}, {1, INT32_MAX}}) {
    bad = good;
    bad.width = width;
    bad.height = height;
    bad.stride = SIZE_MAX / 2;
    CHECK(status(bad, {0, 0, 1, 1}) == SIGNPOST_BAD_ARGUMENT);
    CHECK(says("sides are 1 to 32768"));
  }
  for (const signpost_box& box : {signpost_box{0, 0, 33, 30},
                                  {-1, 0, 3, 3},
                                  {5, 5, 5, 9},
                                  {9, 5, 4, 9},
                                  {INT32_MIN, INT32_MIN, INT32_MAX, INT32_MAX}}) {
    CHECK(status(good, box) == SIGNPOST_BAD_ARGUMENT);
    CHECK(says("is not a box inside the image of 32x30 pixels"));
  }
  CHECK(status(good, {31, 29, 32, 30}) == SIGNPOST_OK);  // one pixel
  const std::uint8_t one_pixel[3] = {200, 30, 30};
  CHECK(status({one_pixel, 1, 1, 3, SIGNPOST_RGB}, {0, 0, 1, 1}) == SIGNPOST_OK);
}

TEST_CASE("structs of another size are told apart") {
  const Opened opened;
  const Image image = TestPackage::picture(0);
  const signpost_frame frame = frame_of(image);
  signpost_result result{};
  CHECK(signpost_classify_frame(opened.device, &frame, nullptr, &result) == SIGNPOST_BAD_ARGUMENT);
  CHECK(says(".size"));
  struct Newer {
    signpost_options options;
    std::uint64_t more;
  } newer{{sizeof newer, nullptr, nullptr, 0}, 0};
  signpost_device* device = nullptr;
  CHECK(signpost_open_file(opened.path.c_str(), &newer.options, &device) == SIGNPOST_OK);
  signpost_close(device);
  newer.more = 1;
  CHECK(signpost_open_file(opened.path.c_str(), &newer.options, &device) == SIGNPOST_BAD_ARGUMENT);
  CHECK(says("update it"));
  newer.options.size = 4;
  CHECK(signpost_open_file(opened.path.c_str(), &newer.options, &device) == SIGNPOST_BAD_ARGUMENT);
}

TEST_CASE("a package in memory answers as the one in the file, whatever becomes of the bytes") {
  const Opened opened;
  std::string bytes = read_text(opened.path);
  signpost_device* device = nullptr;
  REQUIRE(signpost_open_memory(bytes.data(), bytes.size(), nullptr, &device) == SIGNPOST_OK);
  std::fill(bytes.begin(), bytes.end(), '\0');
  const Image image = TestPackage::picture(0);
  const signpost_frame frame = frame_of(image);
  signpost_result a = fresh(), b = fresh();
  REQUIRE(signpost_classify_frame(device, &frame, nullptr, &a) == SIGNPOST_OK);
  REQUIRE(signpost_classify_frame(opened.device, &frame, nullptr, &b) == SIGNPOST_OK);
  CHECK(a.guesses[0].confidence == b.guesses[0].confidence);
  signpost_close(device);
}

TEST_CASE("damaged packages are refused and leave no handle") {
  const Opened opened;
  const std::string good = read_text(opened.path);
  signpost_device* device = opened.device;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{100}, good.size() - 1}) {
    CHECK(signpost_open_memory(good.data(), size, nullptr, &device) == SIGNPOST_BAD_PACKAGE);
    CHECK(device == nullptr);
    CHECK(says("package in memory"));
  }
  CHECK(signpost_open_file("/nonexistent.signpost", nullptr, &device) == SIGNPOST_BAD_PACKAGE);
  CHECK(says("/nonexistent.signpost"));
  CHECK(signpost_open_file("/", nullptr, &device) == SIGNPOST_BAD_PACKAGE);
}

TEST_CASE("a required signature is asked of files and of memory") {
  const Opened opened;
  const SigningKey key = SigningKey::generate();
  const std::string text = public_key_text(key.public_key());
  const std::string other = public_key_text(SigningKey::generate().public_key());
  const std::string bytes = read_text(opened.path);
  const std::string signature = key.sign(as_bytes(bytes), "test");
  signpost_device* device = nullptr;
  signpost_options options{sizeof options, text.c_str(), nullptr, 0};
  const auto open_file = [&] {
    const signpost_status status = signpost_open_file(opened.path.c_str(), &options, &device);
    signpost_close(device);
    return status;
  };
  const auto open_memory = [&](const std::string& package) {
    const signpost_status status =
        signpost_open_memory(package.data(), package.size(), &options, &device);
    signpost_close(device);
    return status;
  };
  CHECK(open_file() == SIGNPOST_BAD_SIGNATURE);
  CHECK(says("is not signed"));
  CHECK(open_memory(bytes) == SIGNPOST_BAD_SIGNATURE);
  CHECK(says("is not signed"));

  sign_file(opened.path, key, false);
  options.signature = signature.data();
  options.signature_size = signature.size();
  CHECK(open_file() == SIGNPOST_OK);
  CHECK(open_memory(bytes) == SIGNPOST_OK);

  std::string changed = bytes;
  changed[changed.size() / 2] ^= 1;
  CHECK(open_memory(changed) == SIGNPOST_BAD_SIGNATURE);
  options.public_key = other.c_str();
  CHECK(open_file() == SIGNPOST_BAD_SIGNATURE);
  CHECK(says("is by the key"));
  CHECK(open_memory(bytes) == SIGNPOST_BAD_SIGNATURE);
  options.public_key = "no key";
  CHECK(open_file() == SIGNPOST_BAD_ARGUMENT);
}

TEST_CASE("a prediction under its class's threshold abstains") {
  TestPackage made;
  made.contents.abstain = {0.99, 0, {kNeverAccepted, kNeverAccepted, kNeverAccepted}};
  const Opened never(made);
  const Image image = TestPackage::picture(0);
  const signpost_frame frame = frame_of(image);
  signpost_result result = fresh();
  REQUIRE(signpost_classify_frame(never.device, &frame, nullptr, &result) == SIGNPOST_OK);
  CHECK(result.abstained == 1);
  TestPackage accepting;
  accepting.contents.abstain = {0.99, 1, {0, 0, 0}};
  const Opened always(accepting);
  REQUIRE(signpost_classify_frame(always.device, &frame, nullptr, &result) == SIGNPOST_OK);
  CHECK(result.abstained == 0);
}

TEST_CASE("two threads with handles of their own get the answers of one") {
  const Opened opened;
  signpost_device* clone = nullptr;
  REQUIRE(signpost_clone(opened.device, &clone) == SIGNPOST_OK);
  std::array<std::vector<float>, 2> seen;
  const std::string before = error();
  const auto work = [&](signpost_device* device, std::vector<float>& out) {
    for (int n = 0; n < 200; ++n) {
      const Image image = TestPackage::picture(n % 7);
      const signpost_frame frame = frame_of(image);
      signpost_result result = fresh();
      if (signpost_classify_frame(device, &frame, nullptr, &result) != SIGNPOST_OK) return;
      out.push_back(result.guesses[0].confidence);
      result.size = 0;
      if (signpost_classify_frame(device, &frame, nullptr, &result) != SIGNPOST_BAD_ARGUMENT)
        return;
    }
  };
  std::thread first(work, opened.device, std::ref(seen[0])), second(work, clone, std::ref(seen[1]));
  first.join();
  second.join();
  CHECK(seen[0].size() == 200);
  CHECK(seen[0] == seen[1]);
  CHECK(error() == before);  // this thread's own errors are not those of the others
  signpost_close(clone);
}

}  // namespace signpost
