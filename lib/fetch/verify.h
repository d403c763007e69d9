#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "fetch/data_source.h"

namespace signpost {

/// How much is known about a file that is on disk.
struct FileVerdict {
  std::string wrong;  ///< empty, or what is wrong with the file: "has 7 bytes, not 99"
  std::uint64_t bytes = 0;
  std::string sha256, md5;  ///< computed; empty if the size was wrong already
  /// What the file was held against: "sha256", "md5", or, where no checksum is published, "crc32":
  /// that of every member of the zip.
  std::string checked_by;
};

/// Holds the file at `path` against what its source says. Throws Error{input} if it cannot be read,
/// Interrupted after a signal.
FileVerdict verify(const std::filesystem::path& path, const SourceFile& expected);

}  // namespace signpost
