#pragma once

#include <filesystem>

#include "train/weights.h"

namespace signpost {

/// Reads a state dict from the zip that torch.save writes since PyTorch 1.6: FOLDER/data.pkl says
/// what there is (see train/pickle.h), FOLDER/data/KEY holds the numbers. Floating types are
/// converted to float32, integers (num_batches_tracked) are left out, and the prefix "module.", if
/// all names have it, is taken off. Throws Error{input} that begins with the path on anything else.
Weights read_pth(const std::filesystem::path& path);

}  // namespace signpost
