#include "train/predict.h"

#include <algorithm>

#include "base/interrupt.h"
#include "train/hardware.h"
#include "train/torch_network.h"

namespace signpost {
namespace {

constexpr std::size_t kBatch = 256;

torch::Tensor logits_of(TorchNetwork& network, const RunInfo& info,
                        std::span<const std::uint8_t> pixels, std::size_t count) {
  const torch::Device device = network.device();
  const torch::Tensor images =
      normalise(pixel_tensor(pixels, count, info.preprocessing.size).to(device),
                channels(info.mean).to(device), channels(info.deviation).to(device));
  return network.forward(images).to(torch::kFloat32).to(torch::kCPU).contiguous();
}

}  // namespace

torch::Tensor probabilities_of(TorchNetwork& network, const RunInfo& info,
                               std::span<const std::uint8_t> pixels, std::size_t count) {
  return torch::softmax(logits_of(network, info, pixels, count), 1);
}

torch::Tensor logits_of_set(TorchNetwork& network, const RunInfo& info, const PixelSet& set,
                            bool bfloat16, Ranks& ranks) {
  const torch::NoGradGuard no_grad;
  const Autocast autocast(bfloat16, network.device());
  network.eval();
  const std::size_t bytes = set.pixel_bytes(), classes = info.classes.size(),
                    count = set.samples.size();
  const torch::Tensor all = torch::zeros(
      {static_cast<std::int64_t>(count), static_cast<std::int64_t>(classes)}, torch::kFloat32);
  const std::size_t stride = kBatch * static_cast<std::size_t>(ranks.size());
  for (std::size_t from = kBatch * static_cast<std::size_t>(ranks.rank()); from < count;
       from += stride) {
    stop_if_interrupted();
    const std::size_t some = std::min(kBatch, count - from);
    all.narrow(0, static_cast<std::int64_t>(from), static_cast<std::int64_t>(some))
        .copy_(logits_of(network, info, std::span(set.pixels).subspan(from * bytes, some * bytes),
                         some));
  }
  ranks.sum(all);
  return all;
}

Evaluation evaluate(TorchNetwork& network, const RunInfo& info, const PixelSet& set, bool bfloat16,
                    Ranks& ranks) {
  const torch::Tensor all =
      torch::softmax(logits_of_set(network, info, set, bfloat16, ranks), 1).contiguous();
  const std::size_t classes = info.classes.size(), count = set.samples.size();
  Evaluation evaluation(info.class_ids(), info.class_names());
  const std::span<const float> values(all.data_ptr<float>(), count * classes);
  for (std::size_t i = 0; i < count; ++i) {
    evaluation.add(set.samples[i], static_cast<std::size_t>(set.targets[i]),
                   values.subspan(i * classes, classes));
  }
  return evaluation;
}

}  // namespace signpost
