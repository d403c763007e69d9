#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

#include "base/file.h"

namespace signpost {

/// Numbered files of which all appear or none: written into a hidden folder beside the output, and
/// moved by `commit`. One file gets the name itself, several NAME-001.EXT and so on. A name of "-"
/// is standard output, which takes one.
class SheetFiles {
 public:
  /// Throws Error{usage} if NAME or NAME-001 exists and `force` is not set.
  SheetFiles(std::filesystem::path path, bool force);
  /// Throws Error{usage} for a second file on standard output.
  void add(ByteView bytes);
  void commit();
  std::size_t count() const { return count_; }

 private:
  std::filesystem::path numbered(std::size_t number) const;
  std::filesystem::path path_;
  bool force_, standard_output_;
  std::size_t count_ = 0;
  Bytes only_;
  std::unique_ptr<OutputDirectory> staging_;
};

}  // namespace signpost
