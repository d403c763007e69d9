#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/package.h"

namespace signpost {

/// The indices of the `count` highest probabilities, highest first; equal ones in order of index,
/// numbers that are none last.
std::vector<std::size_t> highest(std::span<const float> probabilities, std::size_t count);

/// What a device says of one image, as one JSON object without newline: file, label, name,
/// confidence, top (the `top` best labels, best first) and model ("NAME-VERSION"). `probabilities`
/// has one number for each of the package's labels; `top` is at least 1.
std::string encode_answer(std::string_view file, const Package& package,
                          std::span<const float> probabilities, std::size_t top);

}  // namespace signpost
