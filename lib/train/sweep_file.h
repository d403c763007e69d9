#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "train/flag_values.h"

namespace signpost {

/// One setting of the flags of `signpost train`, to be trained with every seed.
struct SweepConfiguration {
  std::string name;
  std::vector<FlagValue> varied;  ///< what tells it from the others
  std::vector<FlagValue> flags;   ///< all that it sets, `varied` among them
};

struct SweepPlan {
  std::vector<SweepConfiguration> configurations;
  std::vector<std::uint64_t> seeds;  ///< empty: each run has the one that its flags say
};

/// A sweep in TOML (docs/commands/train.md, "Sweeps"): `seeds`, a table [base] of flags for all
/// runs, and either [grid], whose lists are combined, or [[run]]s. Keys are the long names of
/// train's flags, of which `known` may be set. `given` is what the command line says for all runs:
/// it goes before [base], and must not be varied.
///
/// Runs of a grid are called after what is varied, in the order of the file:
/// "epochs=3,augment=road"; a [[run]] may have a `name`. Throws Error{usage} with the line.
SweepPlan parse_sweep(const std::string& text, const std::string& name,
                      const std::vector<TrainFlag>& known, const std::vector<FlagValue>& given);

/// The most runs that one sweep may have.
inline constexpr std::size_t kMaxSweepRuns = 1000;

}  // namespace signpost
