#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/file.h"
#include "train/element_type.h"

namespace signpost {

/// Where the numbers of a tensor stand: `shape` and `strides`, in elements, over one storage.
struct PickledTensor {
  std::string storage;  ///< the key of its storage: the member data/KEY beside the pickle
  std::uint64_t storage_elements = 0;
  ElementType type = ElementType::float32;
  std::uint64_t offset = 0;  ///< of the first element, in elements
  std::vector<std::int64_t> shape, strides;
};

/// Reads the data.pkl of a state dict that torch.save wrote: what Python's pickle (its protocols 2
/// to 5 are described in Lib/pickletools.py of CPython) says of each tensor under its name. If the
/// dictionary is a checkpoint, its "state_dict" or "model" is taken.
///
/// A pickle is a program. This machine knows the instructions and the four functions that a state
/// dict needs (OrderedDict, _rebuild_tensor_v2, _rebuild_parameter and the storages' types), builds
/// plain values from them and calls nothing. Throws Error{input} that begins with `where` on
/// anything else, and on more than 2^20 objects.
///
/// Every tensor that is returned lies inside its storage and has no more elements than it.
std::map<std::string, PickledTensor> read_pickled_state_dict(ByteView pickle,
                                                             const std::string& where);

}  // namespace signpost
