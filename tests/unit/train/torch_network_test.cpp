// REQUIRE throughout: libtorch's logging brings a CHECK of its own, which ends the program.
#include "train/torch_network.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "device/engine.h"
#include "train/hardware.h"
#include "train/onnx_writer.h"
#include "train/optimiser.h"
#include "unit/train/weights_of.h"

namespace signpost {
namespace {

/// `count` normalised images and what they show.
struct Examples {
  torch::Tensor images, labels;
  Examples(const NetworkSpec& spec, int count) {
    torch::manual_seed(5);
    images = torch::randn({count, 3, spec.input_px, spec.input_px})
                 .contiguous(torch::MemoryFormat::ChannelsLast);
    labels = torch::randint(0, spec.classes, {count}, torch::kInt64);
  }
};

/// The loss of one training step, after its backward pass and before the weights move.
double step(TorchNetwork& network, const Examples& examples, bool bfloat16) {
  network.train();
  torch::manual_seed(6);
  torch::Tensor logits;
  {
    const Autocast autocast(bfloat16, torch::kCPU);
    logits = network.forward(examples.images);
  }
  const torch::Tensor loss =
      torch::nn::functional::cross_entropy(logits.to(torch::kFloat32), examples.labels);
  loss.backward();
  return loss.item<double>();
}

torch::Tensor logits_of(TorchNetwork& network, const torch::Tensor& images) {
  const torch::NoGradGuard no_grad;
  network.eval();
  return network.forward(images);
}

double apart(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

}  // namespace

TEST_CASE("the device's engine computes what the trainer computes, for every network") {
  for (const NetworkOptions& options : small_networks()) {
    INFO(options.name << ", TensorFlow's padding " << options.pad_as_tensorflow);
    const NetworkSpec spec = make_network(options);
    const Weights weights = weights_of(spec);
    const RunInfo info = info_of(spec);
    TorchNetwork network(spec);
    network.load(weights);
    const Bytes onnx = write_onnx(spec, weights, info, {});
    Engine engine(onnx, "test");
    REQUIRE(engine.multiplications() == spec.multiply_count());
    for (const std::uint32_t seed : {1u, 2u}) {
      const std::vector<std::uint8_t> pixels = pixels_of(spec.input_px, seed);
      std::vector<float> probabilities(static_cast<std::size_t>(spec.classes));
      engine.run(pixels, probabilities);
      const torch::Tensor expected = torch::softmax(
          logits_of(network, normalise(pixel_tensor(pixels, 1, spec.input_px), channels(info.mean),
                                       channels(info.deviation))),
          1);
      for (int c = 0; c < spec.classes; ++c) {
        REQUIRE(probabilities[static_cast<std::size_t>(c)] ==
                Approx(expected[0][c].item<float>()).margin(1e-4));
      }
    }
  }
}

TEST_CASE("no exported network has an Identity, and ReLU6 is a Clip") {
  for (const NetworkOptions& options : small_networks()) {
    const NetworkSpec spec = make_network(options);
    const Bytes onnx = write_onnx(spec, weights_of(spec), info_of(spec), {});
    REQUIRE(as_text(onnx).find("Identity") == std::string_view::npos);
    REQUIRE((as_text(onnx).find("Clip") != std::string_view::npos) ==
            (options.name == "mobilenet_v2"));
  }
}

TEST_CASE("weights go into a network and come out again") {
  for (const NetworkOptions& options : small_networks()) {
    const NetworkSpec spec = make_network(options);
    const Weights weights = weights_of(spec);
    TorchNetwork network(spec);
    network.load(weights);
    const Weights back = network.weights();
    REQUIRE(back.size() == weights.size());
    for (const auto& [name, tensor] : weights) {
      REQUIRE(back.at(name).shape == tensor.shape);
      REQUIRE(back.at(name).values == tensor.values);
    }
  }
}

TEST_CASE("a step in bfloat16 gives every parameter a finite gradient and float32's loss nearly") {
  if (!processor_has_bfloat16()) WARN("this processor has no bfloat16: emulated, so slow");
  for (const NetworkOptions& options : small_networks()) {
    INFO(options.name << ", TensorFlow's padding " << options.pad_as_tensorflow);
    const NetworkSpec spec = make_network(options);
    const Examples examples(spec, 16);
    torch::manual_seed(1);
    TorchNetwork plain(spec);
    const Weights weights = plain.weights();
    const double expected = step(plain, examples, false);
    TorchNetwork mixed(spec);
    mixed.load(weights);
    REQUIRE(step(mixed, examples, true) == Approx(expected).epsilon(0.05));
    for (const auto& item : mixed.named_parameters()) {
      INFO(item.key());
      REQUIRE(item.value().grad().defined());
      REQUIRE(item.value().grad().scalar_type() == torch::kFloat32);
      REQUIRE(torch::isfinite(item.value().grad()).all().item<bool>());
    }
  }
}

TEST_CASE("with a frozen backbone only the classifier moves, and no statistics") {
  for (const NetworkOptions& options : small_networks()) {
    INFO(options.name);
    const NetworkSpec spec = make_network(options);
    TorchNetwork network(spec);
    network.load(weights_of(spec));
    network.freeze_backbone();
    const Weights before = network.weights();
    Optimiser optimiser(network, 10);
    Ranks alone;
    const Examples examples(spec, 8);
    for (int i = 0; i < 2; ++i) {
      step(network, examples, false);
      optimiser.step(static_cast<std::uint64_t>(i), 0.1, alone);
    }
    std::set<std::string> moved, expected;
    for (const auto& [name, tensor] : network.weights()) {
      if (tensor.values != before.at(name).values) moved.insert(name);
    }
    for (std::size_t i = spec.classifier(); i < spec.layers.size(); ++i) {
      const NetworkLayer& layer = spec.layers[i];
      if (layer.kind == NetworkLayer::Kind::linear)
        expected.insert({layer.name + ".weight", layer.name + ".bias"});
    }
    REQUIRE(moved == expected);
  }
}

TEST_CASE("unfolded batch norms compute the same, also while they learn") {
  const NetworkSpec spec = make_network({.name = "resnet34", .input_px = 32, .classes = 5});
  // What a folded network looks like: convolutions of any scale, norms that only add.
  Weights weights = weights_of(spec);
  for (auto& [name, tensor] : weights) {
    float value = 0;
    if (name.ends_with(".running_mean")) {
      value = 0;
    } else if (name.ends_with(".running_var") ||
               (name.ends_with(".weight") && tensor.shape.size() == 1)) {
      value = 1;
    } else {
      for (float& each : tensor.values) each *= tensor.shape.size() == 4 ? 1.6f : 1;
      continue;
    }
    std::fill(tensor.values.begin(), tensor.values.end(), value);
  }
  TorchNetwork network(spec);
  network.load(weights);
  REQUIRE(network.norms_are_folded());
  const Examples examples(spec, 64);
  const torch::Tensor before = logits_of(network, examples.images);
  const double range = before.abs().max().item<double>();
  const auto training_error = [&] {
    network.train();
    for (auto& module : network.modules(false)) {
      if (auto* norm = module->as<torch::nn::BatchNorm2d>()) norm->options.momentum(0);
    }
    const torch::NoGradGuard no_grad;
    torch::manual_seed(3);
    const torch::Tensor trained = network.forward(examples.images);
    return (trained - before).abs().mean().item<double>() / before.abs().mean().item<double>();
  };
  const double folded_error = training_error();
  bool given = false;
  network.unfold_norms([&]() -> std::optional<torch::Tensor> {
    if (std::exchange(given, true)) return std::nullopt;
    return examples.images;
  });
  REQUIRE_FALSE(network.norms_are_folded());
  REQUIRE(apart(logits_of(network, examples.images), before) < 1e-3 * range);
  const double unfolded_error = training_error();
  REQUIRE(folded_error > 0.5);
  REQUIRE(unfolded_error < 0.01);
}

TEST_CASE("a network that was never trained is not taken for a folded one") {
  TorchNetwork network(make_network({.name = "resnet34", .input_px = 32, .classes = 2}));
  REQUIRE_FALSE(network.norms_are_folded());
}

}  // namespace signpost
