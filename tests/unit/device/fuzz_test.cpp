// Broken files: whatever the bytes, the outcome is an Error or an answer. Run under the asan preset
// for its full worth.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <memory>

#include "base/error.h"
#include "base/random.h"
#include "device/classifier.h"
#include "support/onnx_writer.h"
#include "support/scratch.h"
#include "support/test_package.h"

namespace signpost {
namespace {

/// A network with every operator.
std::string every_operator() {
  using Ints = std::vector<std::int64_t>;
  OnnxWriter onnx(8);
  const auto weight = [&](const Ints& dims) {
    std::size_t count = 1;
    for (const std::int64_t size : dims) count *= static_cast<std::size_t>(size);
    return onnx.weight(dims, random_numbers(count, count));
  };
  std::string x = onnx.normalised({0.01f, 0.01f, 0.01f}, {-1, -1, -1});
  x = onnx.node("Conv", {x, weight({4, 3, 3, 3}), weight({4})},
                {{"pads", Ints{1, 1, 1, 1}}, {"kernel_shape", Ints{3, 3}}});
  const std::string relu = onnx.node("Relu", {x});
  const std::string depthwise = onnx.node("Conv", {relu, weight({4, 1, 3, 3})},
                                          {{"pads", Ints{1, 1, 1, 1}}, {"group", std::int64_t{4}}});
  const std::string clip =
      onnx.node("Clip", {depthwise, onnx.weight({}, {0}), onnx.weight({}, {6})});
  x = onnx.node("Add", {clip, relu});
  x = onnx.node("MaxPool", {x}, {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}});
  x = onnx.node("AveragePool", {x}, {{"kernel_shape", Ints{2, 2}}, {"pads", Ints{0, 0, 1, 1}}});
  x = onnx.node("Reshape", {x, onnx.integers({0, -1})});
  x = onnx.node("Gemm", {x, weight({5, 36}), weight({5})}, {{"transB", std::int64_t{1}}});
  return onnx.file(onnx.node("Softmax", {x}, {{"axis", std::int64_t{1}}}));
}

/// Loads and runs; the bytes stand in memory of exactly their size, so that a read behind them is
/// seen.
bool runs(const std::string& text) {
  const auto bytes = std::make_unique<std::uint8_t[]>(text.size());
  std::copy(text.begin(), text.end(), bytes.get());
  try {
    Engine engine({bytes.get(), text.size()}, "m.onnx");
    const std::size_t size = engine.input_size();
    if (size > 64 || engine.output_size() > 100'000) return true;
    std::vector<float> output(engine.output_size());
    engine.run(std::vector<std::uint8_t>(size * size * 3, 100), output);
    return true;
  } catch (const Error& error) {
    CHECK(std::string(error.what()).starts_with("m.onnx: "));
    return false;
  }
}

/// Changes one to three bytes.
std::string mutated(std::string text, std::uint64_t seed) {
  Random random(seed, "fuzz", 0, "flip");
  for (std::uint32_t flips = 1 + random.below(3); flips > 0; --flips) {
    char& byte = text[random.below(static_cast<std::uint32_t>(text.size()))];
    byte = static_cast<char>(random.below(2) ? byte ^ (1 << random.below(8)) : random.bits());
  }
  return text;
}

bool opens(const std::filesystem::path& path) {
  try {
    Classifier classifier = Classifier::open(path);
    const Image image = TestPackage::picture(3);
    const std::vector<float> probabilities =
        classifier.classify(image, {0, 0, image.width, image.height});
    return probabilities.size() == classifier.labels().size();
  } catch (const Error& error) {
    CHECK(std::string(error.what()).starts_with(path.string()));
    return false;
  }
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("a network cut short anywhere is refused or runs") {
  const std::string good = every_operator();
  REQUIRE(runs(good));
  std::size_t ran = 0;
  for (std::size_t size = 0; size < good.size(); ++size) ran += runs(good.substr(0, size)) ? 1 : 0;
  CHECK(ran <= 1);  // one byte less than a field that nobody needs
}

TEST_CASE("a network with changed bytes is refused or runs") {
  const std::string good = every_operator();
  std::size_t refused = 0;
  for (std::uint64_t seed = 0; seed < 4000; ++seed) refused += runs(mutated(good, seed)) ? 0 : 1;
  CHECK(refused > 100);
}

TEST_CASE("a package with changed bytes is refused or answers") {
  const Scratch scratch;
  const TestPackage package;
  write_package(scratch / "good.signpost", package.contents, false);
  const std::string good = read_text(scratch / "good.signpost");
  REQUIRE(opens(scratch / "good.signpost"));
  std::size_t refused = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) {
    write_text(scratch / "bad.signpost", mutated(good, seed));
    refused += opens(scratch / "bad.signpost") ? 0 : 1;
  }
  CHECK(refused > 500);
}

TEST_CASE("a package whose network was changed, digest and all, is refused or answers") {
  const Scratch scratch;
  TestPackage package;
  const std::string good = package.onnx;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    package.onnx = mutated(good, seed);
    package.contents.onnx = as_bytes(package.onnx);
    write_package(scratch / "bad.signpost", package.contents, true);
    opens(scratch / "bad.signpost");
  }
}

}  // namespace signpost
