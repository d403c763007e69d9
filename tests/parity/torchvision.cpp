// torchvision's networks and ours give the same logits with the same state dict, as torch.save
// wrote it. Ends with 77, which ctest shows as skipped, where there is no python3-torchvision.
#include <fmt/format.h>
#include <sys/wait.h>

#include <cstdlib>

#include "support/scratch.h"
#include "train/pth.h"
#include "train/torch_network.h"

using namespace signpost;

namespace {

constexpr double kTolerance = 1e-4;  // of the largest logit: float32 sums in another order

torch::Tensor tensor_of(const WeightTensor& from) {
  return torch::from_blob(const_cast<float*>(from.values.data()), from.shape).clone();
}

bool agrees(const std::filesystem::path& folder, const std::string& name, int px) {
  const std::string file = fmt::format("{}-{}", name, px);
  const Weights reference = read_pth(folder / (file + "-logits.pth"));
  TorchNetwork network(make_network({.name = name, .input_px = px, .classes = 1000}));
  network.load(read_pth(folder / (file + ".pth")));
  network.eval();
  const torch::NoGradGuard no_grad;
  const torch::Tensor expected = tensor_of(reference.at("logits")),
                      logits = network.forward(tensor_of(reference.at("images")));
  const double apart = (logits - expected).abs().max().item<double>(),
               largest = expected.abs().max().item<double>();
  fmt::print("{}: {} images, logits up to {:.3f}, apart by {:.2g}\n", file, logits.size(0), largest,
             apart);
  return largest > 0 && apart <= kTolerance * largest;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    fmt::print(stderr, "usage: {} PYTHON SCRIPT\n", arguments[0]);
    return 2;
  }
  const Scratch scratch;
  const std::filesystem::path folder = scratch / "reference";
  std::filesystem::create_directory(folder);
  const std::string command =
      fmt::format("'{}' '{}' '{}'", arguments[1], arguments[2], folder.string());
  const int status = std::system(command.c_str());
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  const bool all = agrees(folder, "mobilenet_v2", 96) && agrees(folder, "mobilenet_v2", 61) &&
                   agrees(folder, "resnet34", 96);
  return all ? 0 : 1;
}
