#pragma once

#include <functional>
#include <optional>
#include <string>

#include "train/feed.h"
#include "train/pretrained.h"
#include "train/run_folder.h"
#include "train/trainer.h"

namespace signpost {

class TorchNetwork;

/// Reads what `options.weights` names, if anything, and notes in `info` what they ask of the
/// network. Throws Error{usage} if they are not found, or if the backbone is to be frozen without
/// any.
std::optional<StartingWeights> starting_weights(const TrainOptions& options, RunInfo& info);

/// Loads weights that fit (see fit_weights) into the network, and makes it ready to learn: freezes
/// the backbone, or unfolds batch norms on some images of `train`, if that is needed. `words` hears
/// of it.
void begin_with(TorchNetwork& network, const StartingWeights& start, const RunInfo& info,
                const PixelSet& train, const std::function<void(const std::string&)>& words);

}  // namespace signpost
