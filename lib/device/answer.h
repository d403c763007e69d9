#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/package.h"

namespace signpost {

/// The indices of the `count` highest probabilities, highest first; equal ones in order of index,
/// numbers that are none last.
std::vector<std::size_t> highest(std::span<const float> probabilities, std::size_t count);

/// Whether the prediction of output `index` with this confidence is one not to be relied on, by the
/// package's thresholds; nothing if it has none.
std::optional<bool> abstains(const Package& package, std::size_t index, float confidence);

/// Appends what a device says of one image, as members of a JSON object: label, name, confidence,
/// abstain (if it is known), top (the `top` best labels, best first) and model ("NAME-VERSION").
/// `probabilities` has one number for each of the package's labels; `top` is at least 1.
void append_prediction(std::string& json, const Package& package,
                       std::span<const float> probabilities, std::size_t top,
                       std::optional<bool> abstain);

}  // namespace signpost
