// Prints, as a table of Markdown, what each network costs: parameters, multiplications, training
// images a second, and one image's time in the device's engine. For docs/networks.md. One thread,
// and processor time rather than the clock's, so that other programs disturb little.
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>

#include "base/progress.h"
#include "device/engine.h"
#include "train/onnx_writer.h"
#include "train/optimiser.h"
#include "train/hardware.h"
#include "train/torch_network.h"

using namespace signpost;

namespace {

/// Processor time of this process since `start`.
double seconds_since(std::clock_t start) {
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

/// Training images a second in the best of some steps.
double training_rate(TorchNetwork& network, int batch, int steps) {
  const int px = network.spec().input_px;
  const torch::Tensor images =
      torch::randn({batch, 3, px, px}).contiguous(torch::MemoryFormat::ChannelsLast);
  const torch::Tensor labels = torch::randint(0, network.spec().classes, {batch}, torch::kInt64);
  Optimiser optimiser(network, static_cast<std::uint64_t>(steps));
  Ranks alone;
  network.train();
  double best = 0;
  for (int i = 0; i < steps; ++i) {
    const std::clock_t start = std::clock();
    torch::Tensor logits;
    {
      const Autocast autocast(processor_has_bfloat16(), torch::kCPU);
      logits = network.forward(images);
    }
    torch::nn::functional::cross_entropy(logits.to(torch::kFloat32), labels).backward();
    optimiser.step(static_cast<std::uint64_t>(i), 0.01, alone);
    best = std::max(best, batch / seconds_since(start));
  }
  return best;
}

/// Milliseconds for one image in the device's engine, one thread, the best of some runs.
double device_time(const TorchNetwork& network) {
  RunInfo info;
  info.network.name = network.spec().name;
  info.mean = info.deviation = {127.5f, 127.5f, 127.5f};
  const Bytes onnx = write_onnx(network.spec(), network.weights(), info, {});
  Engine engine(onnx, "bench");
  const auto side = static_cast<std::size_t>(network.spec().input_px);
  const std::vector<std::uint8_t> image(side * side * 3, 100);
  std::vector<float> probabilities(engine.output_size());
  double best = 1e9;
  for (int i = 0; i < 15; ++i) {
    const std::clock_t start = std::clock();
    engine.run(image, probabilities);
    best = std::min(best, 1e3 * seconds_since(start));
  }
  return best;
}

}  // namespace

int main(int count, char** arguments) {
  const int steps = count > 1 ? std::atoi(arguments[1]) : 6;
  at::set_num_threads(1);
  fmt::print(
      "| network | px | parameters | MB in float32 | multiplications | training images/s | "
      "device, ms |\n|---|---|---|---|---|---|---|\n");
  for (const std::string& name : network_names()) {
    for (const int px : {48, 64, 128}) {
      NetworkOptions options{.name = name, .input_px = px, .classes = 43};
      if (name == "cnn") options.conv_layers = px < 128 ? 5 : 6;
      TorchNetwork network(make_network(options));
      const double rate = training_rate(network, 32, steps);
      fmt::print("| {} | {} | {} | {:.1f} | {:.0f} M | {:.0f} | {:.2f} |\n", name, px,
                 grouped(network.spec().parameter_count()),
                 static_cast<double>(network.spec().parameter_count()) * 4 / 1e6,
                 static_cast<double>(network.spec().multiply_count()) / 1e6, rate,
                 device_time(network));
      std::fflush(stdout);
    }
  }
  return 0;
}
