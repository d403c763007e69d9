// The safetensors format: what is accepted comes back from what is written of it.
#include "base/error.h"
#include "harness.h"
#include "train/weights.h"

using namespace signpost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const Weights weights = decode_safetensors({data, size}, "w.safetensors");
    const Weights again = decode_safetensors(encode_safetensors(weights), "again");
    PROMISE(again.size() == weights.size());
    std::uint64_t numbers = 0;
    for (const auto& [name, tensor] : weights) {
      PROMISE(again.at(name).shape == tensor.shape);
      PROMISE(again.at(name).values.size() == tensor.values.size());
      numbers += tensor.values.size();
    }
    PROMISE(2 * numbers <= size);  // no type has fewer bytes than two
  } catch (const Error& error) {
    PROMISE(error.blame() == Blame::input);
  }
  return 0;
}
