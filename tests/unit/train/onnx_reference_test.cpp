// REQUIRE throughout: libtorch's logging brings a CHECK of its own, which ends the program.
#include "train/onnx_reference.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "base/error.h"
#include "compress/float16.h"
#include "device/engine.h"
#include "train/activation_ranges.h"
#include "train/onnx_writer.h"
#include "train/torch_network.h"
#include "unit/train/weights_of.h"

namespace signpost {
namespace {

constexpr std::size_t kImages = 6;

std::vector<std::uint8_t> images_of(int px) {
  std::vector<std::uint8_t> all;
  for (std::uint32_t seed = 1; seed <= kImages; ++seed) {
    const std::vector<std::uint8_t> one = pixels_of(px, seed);
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

std::vector<float> referred(ByteView onnx, const std::vector<std::uint8_t>& images, int classes) {
  std::vector<float> probabilities(kImages * static_cast<std::size_t>(classes));
  OnnxReference(onnx).predict(images, kImages, probabilities);
  return probabilities;
}

std::vector<float> run_by_engine(ByteView onnx, const std::vector<std::uint8_t>& images,
                                 int classes) {
  const auto outputs = static_cast<std::size_t>(classes);
  std::vector<float> probabilities(kImages * outputs);
  Engine engine(onnx, "test");
  const std::size_t bytes = images.size() / kImages;
  for (std::size_t i = 0; i < kImages; ++i) {
    engine.run(std::span(images).subspan(i * bytes, bytes),
               std::span(probabilities).subspan(i * outputs, outputs));
  }
  return probabilities;
}

float apart(const std::vector<float>& a, const std::vector<float>& b) {
  float most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

}  // namespace

TEST_CASE("the reference computes from ONNX what the trainer's network computes") {
  for (const NetworkOptions& options : small_networks()) {
    const NetworkSpec spec = make_network(options);
    const Weights weights = weights_of(spec);
    const RunInfo info = info_of(spec);
    const std::vector<std::uint8_t> images = images_of(spec.input_px);
    TorchNetwork network(spec);
    network.load(weights);
    network.eval();
    const torch::NoGradGuard no_grad;
    const WeightTensor trained = copy_of(
        torch::softmax(network.forward(normalise(pixel_tensor(images, kImages, spec.input_px),
                                                 channels(info.mean), channels(info.deviation))),
                       1));
    const Bytes onnx = write_onnx(spec, weights, info, {});
    INFO(spec.name);
    REQUIRE(apart(referred(onnx, images, spec.classes), trained.values) < 1e-5f);
  }
}

TEST_CASE("the device's engine computes what the reference does, in every precision") {
  for (const NetworkOptions& options : small_networks()) {
    const NetworkSpec spec = make_network(options);
    const std::vector<std::uint8_t> images = images_of(spec.input_px);
    const Bytes onnx = write_onnx(spec, weights_of(spec), info_of(spec), {});
    const std::vector<float> exact = referred(onnx, images, spec.classes);
    const auto differ = [&](const Bytes& form) {
      return apart(referred(form, images, spec.classes), run_by_engine(form, images, spec.classes));
    };
    INFO(spec.name);
    REQUIRE(differ(onnx) < 1e-5f);
    const Bytes halved = to_float16(onnx);
    REQUIRE(differ(halved) < 1e-5f);
    REQUIRE(apart(exact, referred(halved, images, spec.classes)) < 5e-3f);
    const Bytes int8 = quantise(onnx, measure_ranges(onnx, images, kImages));
    REQUIRE(differ(int8) < 0.02f);
    REQUIRE(apart(exact, referred(int8, images, spec.classes)) < 0.1f);
    REQUIRE(int8.size() < onnx.size() / 3);
  }
}

TEST_CASE("the reference shows every activation of every image") {
  const NetworkSpec spec = make_network(small_networks()[0]);
  const Bytes onnx = write_onnx(spec, weights_of(spec), info_of(spec), {});
  const std::vector<std::uint8_t> images = images_of(spec.input_px);
  std::vector<float> probabilities(kImages * static_cast<std::size_t>(spec.classes));
  std::size_t planes = 0, answers = 0;
  bool negative = false;
  OnnxReference(onnx).predict(
      images, kImages, probabilities, [&](const std::string& name, std::span<const float> numbers) {
        if (name == "image.planes") planes = numbers.size();
        if (name == "probabilities") answers = numbers.size();
        if (name == "layer0.relu")
          negative = std::ranges::any_of(numbers, [](float x) { return x < 0; });
      });
  REQUIRE(planes == images.size());
  REQUIRE(answers == probabilities.size());
  REQUIRE_FALSE(negative);
}

TEST_CASE("the reference refuses what is no ONNX file") {
  REQUIRE_THROWS_AS(OnnxReference(Bytes{1, 2, 3}), Error);
}

}  // namespace signpost
