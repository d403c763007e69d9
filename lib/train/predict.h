#pragma once

#include <torch/torch.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "curate/evaluation.h"
#include "train/feed.h"
#include "train/ranks.h"
#include "train/run_folder.h"

namespace signpost {

class TorchNetwork;

/// What the network says of `count` images, count x size x size x 3: count x classes, float32, on
/// the processor.
torch::Tensor probabilities_of(TorchNetwork& network, const RunInfo& info,
                               std::span<const std::uint8_t> pixels, std::size_t count);

/// Measures the network, in evaluation mode, on the plain crops of a set that every rank has whole;
/// each rank predicts its share of it, and all have the result.
Evaluation evaluate(TorchNetwork& network, const RunInfo& info, const PixelSet& set, bool bfloat16,
                    Ranks& ranks);
/// The logits of that: samples x classes.
torch::Tensor logits_of_set(TorchNetwork& network, const RunInfo& info, const PixelSet& set,
                            bool bfloat16, Ranks& ranks);

}  // namespace signpost
