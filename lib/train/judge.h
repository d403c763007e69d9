#pragma once

#include <filesystem>

#include "curate/suspects.h"

namespace signpost {

/// Opens a package or a finished run to judge labels, on the device's engine: nothing here needs
/// libtorch.
///
/// A run judges its own validation samples, by their ids, and samples of the split "test": no run
/// trains on those. A package does not say what it was trained on, so it judges samples of the
/// splits "val" and "test". Throws Error{input} that names the path if it is neither, not finished
/// or damaged.
Judge open_judge(const std::filesystem::path& path);

}  // namespace signpost
