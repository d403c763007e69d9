// A network from outside: read, planned, its weights packed, and run once if it is small.
#include "base/error.h"
#include "device/engine.h"
#include "harness.h"

using namespace signpost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint64_t kSmall = std::uint64_t{1} << 22;
  try {
    Engine engine({data, size}, "m.onnx");
    PROMISE(engine.input_size() > 0 && engine.output_size() > 0);
    if (engine.multiplications() > kSmall || engine.input_size() > 128) return 0;
    const std::vector<std::uint8_t> image(engine.input_size() * engine.input_size() * 3, 100);
    std::vector<float> output(engine.output_size()), again(engine.output_size());
    engine.run(image, output);
    engine.twin().run(image, again);
    for (std::size_t i = 0; i < output.size(); ++i)
      PROMISE(output[i] == again[i] || (output[i] != output[i] && again[i] != again[i]));
  } catch (const Error& error) {
    PROMISE(error.blame() == Blame::input);
    PROMISE(std::string_view(error.what()).starts_with("m.onnx: "));
  }
  return 0;
}
