#pragma once

#include "sample/sample.h"

namespace signpost {

/// True for a record that signpost augment made: a variant of a sample that stands elsewhere.
inline bool is_variant(const Sample& sample) {
  return sample.ops.find("\"augment\"") != std::string::npos ||
         sample.ops.find("\"transform\"") != std::string::npos;
}

}  // namespace signpost
