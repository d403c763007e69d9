#include "train/calibration.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "support/scratch.h"
#include "unit/train/weights_of.h"

namespace signpost {
namespace {

RunInfo two_classes() {
  RunInfo info;
  info.classes = {{3, "three", "drei"}, {5, "five", "fünf"}};
  return info;
}

/// Samples of `groups` groups, ten in each, and logits that are right in nine of ten cases and
/// twice as sure as that.
struct Validation {
  PixelSet set;
  std::vector<float> logits;
  explicit Validation(int groups) {
    set.size = 4;
    const float gap = static_cast<float>(2 * std::log(9.0));
    for (int i = 0; i < 10 * groups; ++i) {
      Sample sample;
      sample.id = std::to_string(i);
      sample.group = std::to_string(i / 10);
      set.samples.push_back(sample);
      set.targets.push_back(i % 2);
      const bool right = i % 10 != 3;
      logits.insert(logits.end(),
                    {(i % 2 == 0) == right ? gap : 0, (i % 2 == 1) == right ? gap : 0});
    }
    set.pixels.resize(set.samples.size() * set.pixel_bytes());
  }
};

void write_weights(const std::filesystem::path& run, const Weights& weights) {
  OutputFile file(run / "weights.safetensors", true);
  file.write(encode_safetensors(weights));
  file.commit();
}

}  // namespace

TEST_CASE("a network that is twice too sure is cooled, and measured as it answers then") {
  const Validation validation(40);
  const CalibratedEvaluation result = calibrate(two_classes(), validation.set, validation.logits);
  const Calibration& calibration = result.calibration;
  CHECK(calibration.temperature == Approx(2).epsilon(0.02));
  CHECK(result.evaluation.accuracy() == Approx(0.9));
  CHECK(calibration.before.error == Approx(81.0 / 82 - 0.9).margin(1e-3));
  CHECK(calibration.after.error < 0.005);
  CHECK(result.evaluation.calibration_error() == calibration.after.error);
  CHECK(calibration.after.loss < calibration.before.loss);
  REQUIRE(calibration.cross_fitted);
  CHECK(calibration.cross_fitted->error < 0.01);
  CHECK(calibration.cross_fitted->loss >= calibration.after.loss);
  REQUIRE(calibration.reliability_before.size() == 1);
  CHECK(calibration.reliability_before[0].samples == 400);
  CHECK(result.evaluation.worst().front().picture.width == 4);
  CHECK(result.json().find(",\"calibration\":{\"temperature\":") != std::string::npos);
}

TEST_CASE("the crossed figure is of temperatures that never saw the group") {
  // Half of the groups by their hash want 0.5, the others 2; each half is measured at the other's.
  Validation validation(2);
  for (std::size_t i = 0; i < 10; ++i) {
    for (std::size_t c = 0; c < 2; ++c) validation.logits[2 * i + c] /= 8;
  }
  const Calibration calibration =
      calibrate(two_classes(), validation.set, validation.logits).calibration;
  REQUIRE(calibration.cross_fitted);
  CHECK(calibration.cross_fitted->loss > calibration.before.loss);
  CHECK(calibration.after.loss < calibration.before.loss);
}

TEST_CASE("one group cannot be parted, and is not") {
  const Validation validation(1);
  const Calibration calibration =
      calibrate(two_classes(), validation.set, validation.logits).calibration;
  CHECK_FALSE(calibration.cross_fitted);
  CHECK(calibration.json().find("cross_fitted") == std::string::npos);
}

TEST_CASE("the weights of a run come with its temperature in the last layer alone") {
  for (const NetworkOptions& options : small_networks()) {
    INFO(options.name);
    const Scratch scratch;
    const std::filesystem::path run = scratch / "";
    const NetworkSpec spec = make_network(options);
    const Weights trained = weights_of(spec);
    write_weights(run, trained);
    CHECK(weight(calibrated_weights(run, spec), spec.layers.back().name + ".bias").values ==
          weight(trained, spec.layers.back().name + ".bias").values);
    Calibration calibration;
    calibration.temperature = 0.5;
    write_calibration(run, calibration);
    const Weights answering = calibrated_weights(run, spec);
    REQUIRE(answering.size() == trained.size());
    for (const auto& [name, tensor] : trained) {
      const float factor = name.starts_with(spec.layers.back().name + ".") ? 2 : 1;
      const WeightTensor& other = weight(answering, name);
      for (std::size_t i = 0; i < tensor.values.size(); ++i)
        REQUIRE(other.values[i] == tensor.values[i] * factor);
    }
  }
}

TEST_CASE("a calibration that cannot be read is named") {
  const Scratch scratch;
  const std::filesystem::path run = scratch / "";
  const NetworkSpec spec = make_network(small_networks().front());
  CHECK_THROWS_WITH(calibrated_weights(run, spec), Catch::Contains("the run is not finished"));
  write_weights(run, weights_of(spec));
  for (const char* text : {"{", "{\"temperature\":0}", "{\"temperature\":\"hot\"}", "{}"}) {
    OutputFile file(run / "calibration.json", true);
    file.write(std::string_view(text));
    file.commit();
    CHECK_THROWS_WITH(calibrated_weights(run, spec),
                      Catch::StartsWith((run / "calibration.json").string() + ": "));
  }
}

}  // namespace signpost
