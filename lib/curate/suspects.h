#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "curate/finding.h"
#include "pixels/preprocess.h"
#include "sample/catalogue.h"
#include "sample/stream.h"

namespace signpost {

/// A network, and the samples that it may judge because it was not trained on them.
struct Judge {
  std::string name;  ///< for messages
  Preprocessing preprocessing;
  std::vector<int> class_ids;  ///< of its outputs, in their order
  /// Whether it was not trained on this sample. Called from one thread at a time.
  std::function<bool(const Sample&)> unseen;
  /// `pixels`: one preprocessed image, size x size x 3. `probabilities`: one number an output.
  using Predict =
      std::function<void(std::span<const std::uint8_t> pixels, std::span<float> probabilities)>;
  /// A predictor for one more thread. Thread-safe.
  std::function<Predict()> predictor;
};

struct SuspectOptions {
  std::filesystem::path root;
  int jobs = 0;
  ProgressStyle progress = ProgressStyle::automatic;
};

/// Ranks likely label errors: each sample is judged by the networks that were not trained on it
/// (several are averaged), and curate/confident_learning.h decides. Variants, samples without a
/// label of the networks' classes and unreadable ones are left out. Samples of one group that share
/// label and suggestion are one finding, told at its surest one. Returns how many were judged.
///
/// `lines` was opened for two passes and read to its end once. Throws Error{input} if the networks
/// know different classes or if nothing is left to judge.
std::uint64_t find_suspects(LineReader& lines, const std::vector<Judge>& judges,
                            const Catalogue& catalogue, const SuspectOptions& options,
                            const std::function<void(const Finding&)>& found);

}  // namespace signpost
