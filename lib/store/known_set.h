#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/rejects.h"
#include "store/known.h"

namespace signpost {

/// The images of a manifest ("-": standard input), by the digests that its records give. With
/// `pixels` every image is read, from `root`, and so is one whose record has no digest. Bad records
/// and images that cannot be read are rejected. Memory: 200 bytes an image.
std::vector<KnownImage> read_known_set(const std::string& manifest,
                                       const std::filesystem::path& root, bool pixels,
                                       Rejects& rejects);

}  // namespace signpost
