// What torch.save writes of a state dict: the zip, the pickle and the storages.
#include "train/pth.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "harness.h"
#include "train/pickle.h"

using namespace signpost;

namespace {

std::uint64_t elements(const std::vector<std::int64_t>& shape) {
  std::uint64_t count = 1;
  for (const std::int64_t side : shape) count *= static_cast<std::uint64_t>(side);
  return count;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = ::memfd_create("pth", 0);
  PROMISE(::ftruncate(file, 0) == 0 && ::pwrite(file, data, size, 0) >= 0);
  try {
    const Weights weights = read_pth("/proc/self/fd/" + std::to_string(file));
    std::uint64_t bytes = 0;
    for (const auto& [name, tensor] : weights) {
      PROMISE(tensor.values.size() == elements(tensor.shape));
      bytes += tensor.values.size() * sizeof(float);
    }
    PROMISE(bytes <= 8 * size);
  } catch (const Error& error) {
    PROMISE(error.blame() == Blame::input);
  }
  // The pickle alone, so that changes need not fit the zip around it.
  try {
    for (const auto& [name, tensor] : read_pickled_state_dict({data, size}, "pickle")) {
      PROMISE(tensor.shape.size() == tensor.strides.size());
      PROMISE(elements(tensor.shape) <= tensor.storage_elements);
    }
  } catch (const Error& error) {
    PROMISE(error.blame() == Blame::input);
  }
  return 0;
}
