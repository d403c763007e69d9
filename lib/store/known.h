#pragma once

#include <string>

namespace signpost {

/// An image of a training or test set, that a capture should not equal.
struct KnownImage {
  std::string sha256;
  std::string pixels;  ///< as in StagedCapture; empty: not computed
  std::string sample;  ///< its id
  std::string split;   ///< may be empty
};

}  // namespace signpost
