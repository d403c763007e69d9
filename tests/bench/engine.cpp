// The latency of the engine: bench_engine [MODEL.onnx], or bench_engine --write MODEL.onnx to get
// the network that it measures without one (random weights, 48x48, 45 M multiplications), to give
// it to another runtime.
#include "device/engine.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "support/onnx_writer.h"

namespace {

double microseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
      .count();
}

}  // namespace

int main(int argc, char** argv) {
  using signpost::Engine;
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 2 && words[0] == "--write") {
    std::ofstream(words[1], std::ios::binary) << signpost::residual_network(43, "{}");
    return 0;
  }
  signpost::Bytes file;
  if (words.size() == 1) {
    signpost::read_file(words[0], file);
  } else {
    const std::string bytes = signpost::residual_network(43, "{}");
    file.assign(bytes.begin(), bytes.end());
  }
  const auto start = std::chrono::steady_clock::now();
  Engine engine(file, "model.onnx");
  const double load = microseconds_since(start);
  const std::vector<std::uint8_t> image(engine.input_size() * engine.input_size() * 3, 90);
  std::vector<float> output(engine.output_size());
  std::vector<double> times(2000);
  for (int i = 0; i < 50; ++i) engine.run(image, output);
  for (double& time : times) {
    const auto begin = std::chrono::steady_clock::now();
    engine.run(image, output);
    time = microseconds_since(begin);
  }
  std::sort(times.begin(), times.end());
  std::printf("{\"multiplications\":%llu,\"load_us\":%.0f,\"p50_us\":%.1f,\"p99_us\":%.1f}\n",
              static_cast<unsigned long long>(engine.multiplications()), load, times[1000],
              times[1980]);
}
