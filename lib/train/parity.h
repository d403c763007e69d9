#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "device/classifier.h"
#include "train/run_model.h"

namespace signpost {

/// What trainer and runner say of the same images.
struct Parity {
  std::uint64_t compared = 0;
  std::uint64_t agreeing = 0;  ///< images on which both name the same class
  double difference = 0;       ///< the largest one of probabilities
  std::string first;           ///< the first disagreement, for people; empty if there is none
};

/// Compares them on about `wanted` of the run's validation images, spread over the whole; 0 for
/// all. Relative paths of the records start at `root`. Throws Error{input} on an image that cannot
/// be read.
Parity compare_with_trainer(const std::filesystem::path& run, const std::filesystem::path& root,
                            std::uint64_t wanted, RunModel& model, Classifier& classifier);

}  // namespace signpost
