#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <vector>

#include "device/classifier.h"

namespace signpost {

/// How often a model says of confirmed captures what a person said.
struct Agreement {
  std::size_t asked = 0, agreed = 0;
};

/// Holds models against the captures in a folder as `run --keep-confirmed` fills it
/// (queue/capture_queue.h): those with a `user_label`, each in its `roi` or as a whole. All models
/// are asked of the same captures; what is damaged or cannot be classified is passed over. A folder
/// that does not exist holds none. Answers in the order of `models`.
std::vector<Agreement> measure_agreement(const std::filesystem::path& folder,
                                         std::span<Classifier* const> models);

}  // namespace signpost
