#include "train/fine_tuning.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "train/torch_network.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kUnfoldImages = 512, kUnfoldBatch = 32;

/// Some training images, spread over the set, normalised, batch by batch.
std::function<std::optional<torch::Tensor>()> some_images(const PixelSet& set,
                                                          const RunInfo& info) {
  const std::size_t wanted = std::min(set.samples.size(), kUnfoldImages);
  const auto side = static_cast<std::size_t>(set.size);
  return [&set, &info, wanted, bytes = side * side * 3,
          done = std::size_t{0}]() mutable -> std::optional<torch::Tensor> {
    stop_if_interrupted();
    const std::size_t count = std::min(kUnfoldBatch, wanted - done);
    if (count == 0) return std::nullopt;
    std::vector<std::uint8_t> pixels(count * bytes);
    for (std::size_t k = 0; k < count; ++k) {
      set.crop((done + k) * set.samples.size() / wanted,
               std::span(pixels).subspan(k * bytes, bytes));
    }
    done += count;
    return normalise(pixel_tensor(pixels, count, set.size), channels(info.mean),
                     channels(info.deviation));
  };
}

}  // namespace

std::optional<StartingWeights> starting_weights(const TrainOptions& options, RunInfo& info) {
  if (options.weights.empty()) {
    if (options.freeze_backbone) {
      throw Error(Blame::usage,
                  "--freeze backbone without --weights would keep random weights; name some");
    }
    return std::nullopt;
  }
  const fs::path path = find_weights(options.weights, options.weights_folder);
  StartingWeights start = read_starting_weights(path, options.network.name, options.convention);
  info.weights = path.filename().string();
  info.weights_digest = start.digest;
  info.frozen_backbone = options.freeze_backbone;
  info.network.pad_as_tensorflow = start.pad_as_tensorflow;
  return start;
}

void begin_with(TorchNetwork& network, const StartingWeights& start, const RunInfo& info,
                const PixelSet& train, const std::function<void(const std::string&)>& words) {
  Weights weights = start.weights;
  for (auto& [name, tensor] : network.weights()) weights.try_emplace(name, std::move(tensor));
  network.load(weights);
  words(fmt::format(
      "starts from {}, with {} preprocessing{}", start.path.string(), start.origin,
      start.fresh_head
          ? fmt::format("; its last layer is replaced by one for {} classes", info.classes.size())
          : std::string()));
  if (start.unused > 0)
    words(fmt::format("{} tensors of that file are not part of the network", start.unused));
  if (info.frozen_backbone) {
    network.freeze_backbone();
  } else if (network.norms_are_folded()) {
    network.unfold_norms(some_images(train, info));
    words("its batch norms were folded; they are unfolded on training images");
  }
}

}  // namespace signpost
