#pragma once

#include <filesystem>

#include "base/file.h"

namespace signpost {

/// Writes a file that must not be there yet, into an output folder whose commit makes it durable.
/// Throws Error{environment}.
void write_new_file(const std::filesystem::path& path, ByteView bytes);

}  // namespace signpost
