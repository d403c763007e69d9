#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace signpost {

/// An image of a training or test set, that a capture should not equal.
struct KnownImage {
  std::string sha256;
  std::optional<std::uint64_t> pixels;  ///< as in StagedCapture; nothing: not computed
  std::string sample;                   ///< its id
  std::string split;                    ///< may be empty
};

}  // namespace signpost
