#pragma once

#include <functional>
#include <optional>
#include <string>

#include "train/feed.h"
#include "train/network_spec.h"
#include "train/objective.h"
#include "train/pretrained.h"
#include "train/ranks.h"
#include "train/run_folder.h"
#include "train/trainer.h"

namespace signpost {

/// What a run is made of, before its folder is touched.
struct Prepared {
  RunInfo info;
  std::optional<Variation> variation;
  std::optional<StartingWeights> start;
  std::optional<Teachers> teachers;
  DataSet data;  ///< of training samples, this rank's share
  NetworkSpec spec;
  std::vector<std::uint64_t> class_counts;  ///< training samples of all ranks
  std::size_t rank_batch = 0;               ///< samples of one step in this rank
  std::uint64_t steps_each = 0;             ///< steps of an epoch
};

/// Reads and checks everything that `train` was given, and settles what was left open: sizes,
/// epochs, rates. `seconds_spent` tells how much of a budget is gone. Throws as `train` does.
Prepared prepare(const TrainOptions& options, Ranks& ranks, Rejects& rejects,
                 const std::function<double()>& seconds_spent,
                 const std::function<void(const std::string&)>& words);

}  // namespace signpost
