#include "train/pretrained.h"

#include <catch2/catch.hpp>
#include <limits>

#include "base/error.h"
#include "base/file.h"
#include "support/scratch.h"
#include "unit/train/weights_of.h"

namespace signpost {
namespace {

using Catch::Contains;

void write(const std::filesystem::path& path, ByteView bytes) {
  OutputFile file(path, true);
  file.write(bytes);
  file.commit();
}

NetworkSpec network(const char* name, int classes) {
  return make_network({.name = name, .input_px = 32, .classes = classes});
}

StartingWeights start_of(Weights weights) {
  StartingWeights start;
  start.weights = std::move(weights);
  start.path = "w.pth";
  return start;
}

}  // namespace

TEST_CASE("weights are found by path, by run, and by the beginning of a name") {
  const Scratch scratch;
  const std::filesystem::path folder = scratch / "folder";
  std::filesystem::create_directory(folder);
  write(folder / "resnet34-b627a593.pth", as_bytes("x"));
  write(folder / "mobilenet_v2.safetensors", as_bytes("x"));
  write(folder / "notes.txt", as_bytes("x"));
  CHECK(find_weights((folder / "notes.txt").string(), {}) == folder / "notes.txt");
  CHECK(find_weights("resnet34", folder) == folder / "resnet34-b627a593.pth");
  CHECK(find_weights("mobilenet_v2", folder) == folder / "mobilenet_v2.safetensors");
  CHECK_THROWS_WITH(find_weights("resnet34", {}), Contains("--weights-folder or SIGNPOST_WEIGHTS"));
  CHECK_THROWS_WITH(find_weights("vgg16", folder),
                    Contains("holds no weights of that name, but mobilenet_v2.safetensors"));
  write(folder / "resnet34_other.pth", as_bytes("x"));
  CHECK_THROWS_WITH(find_weights("resnet34", folder), Contains("more than one name"));
}

TEST_CASE("a classifier of 1001 outputs tells that weights came from TensorFlow") {
  const Scratch scratch;
  const auto start = [&](int classes, WeightsConvention convention) {
    write(scratch / "w.safetensors",
          encode_safetensors(weights_of(network("mobilenet_v2", classes))));
    return read_starting_weights(scratch / "w.safetensors", "mobilenet_v2", convention);
  };
  const StartingWeights torchvision = start(1000, WeightsConvention::automatic);
  CHECK_FALSE(torchvision.pad_as_tensorflow);
  CHECK(torchvision.mean[0] == Approx(123.675));
  CHECK(torchvision.deviation[2] == Approx(57.375));
  const StartingWeights tensorflow = start(1001, WeightsConvention::automatic);
  CHECK(tensorflow.pad_as_tensorflow);
  CHECK(tensorflow.mean == std::array<float, 3>{127.5f, 127.5f, 127.5f});
  CHECK(start(1000, WeightsConvention::tensorflow).pad_as_tensorflow);
  CHECK_FALSE(start(1001, WeightsConvention::torchvision).pad_as_tensorflow);
}

TEST_CASE("a run's weights bring the run's own preprocessing") {
  const Scratch scratch;
  const NetworkSpec spec = network("signnet", 3);
  write(scratch / "weights.safetensors", encode_safetensors(weights_of(spec)));
  CHECK_THROWS_WITH(read_starting_weights(scratch / "weights.safetensors", "signnet",
                                          WeightsConvention::automatic),
                    Contains("give the folder of the run that made it"));
  write_run(scratch / "", info_of(spec));
  const StartingWeights start = read_starting_weights(scratch / "weights.safetensors", "signnet",
                                                      WeightsConvention::automatic);
  CHECK(start.mean == info_of(spec).mean);
  CHECK(start.digest.size() == 64);
  CHECK_THROWS_WITH(
      read_starting_weights(scratch / "weights.safetensors", "cnn", WeightsConvention::automatic),
      Contains("is a run of signnet, not of cnn"));
  CHECK_THROWS_WITH(read_starting_weights(scratch / "weights.safetensors", "signnet",
                                          WeightsConvention::tensorflow),
                    Contains("leave --weights-convention out"));
}

TEST_CASE("a classifier for other classes is left to be made afresh, one for as many is kept") {
  StartingWeights start = start_of(weights_of(network("resnet34", 1000)));
  start.weights["bn1.extra"] = {{1}, {0}};
  fit_weights(network("resnet34", 43), start);
  CHECK(start.fresh_head);
  CHECK(start.unused == 1);
  CHECK(start.weights.count("fc.weight") == 0);
  StartingWeights same = start_of(weights_of(network("resnet34", 43)));
  fit_weights(network("resnet34", 43), same);
  CHECK_FALSE(same.fresh_head);
  CHECK(same.weights.count("fc.weight") == 1);
}

TEST_CASE("what is missing or of another shape is named") {
  StartingWeights start = start_of(weights_of(network("resnet34", 43)));
  start.weights.erase("bn1.weight");
  start.weights["conv1.weight"].shape = {64, 1, 7, 7};
  CHECK_THROWS_WITH(fit_weights(network("resnet34", 43), start),
                    "w.pth: does not fit resnet34 at 32 px: conv1.weight is 64x1x7x7, not "
                    "64x3x7x7, bn1.weight is missing");
  StartingWeights other = start_of(weights_of(network("signnet", 43)));
  CHECK_THROWS_WITH(fit_weights(network("mobilenet_v2", 43), other), Contains("more"));
  StartingWeights scalar = start_of(weights_of(network("signnet", 43)));
  scalar.weights["head.bias"].shape = {};
  CHECK_THROWS_WITH(fit_weights(network("signnet", 43), scalar), Contains("head.bias is "));
}

TEST_CASE("files that are no weights are refused with what they are") {
  const Scratch scratch;
  const auto read = [&](ByteView bytes) {
    write(scratch / "w", bytes);
    read_starting_weights(scratch / "w", "resnet34", WeightsConvention::automatic);
  };
  CHECK_THROWS_WITH(read(as_bytes("\x80\x02\x8a\x0al\xfc\x9c")), Contains("PyTorch before 1.6"));
  CHECK_THROWS_WITH(read(as_bytes("hello, I am a text")), Contains("is neither a safetensors"));
  CHECK_THROWS_WITH(read({}), Contains("is neither a safetensors"));
  Weights weights;
  weights["a"] = {{1}, {std::numeric_limits<float>::quiet_NaN()}};
  CHECK_THROWS_WITH(read(encode_safetensors(weights)), Contains("not finite"));
}

}  // namespace signpost
