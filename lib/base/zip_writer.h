#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace signpost {

/// Writes a zip (PKWARE APPNOTE 6.3.10) whose members are stored, not compressed, with their bytes
/// at multiples of `kAlignment` from the start of the file, so that a reader can use them in place
/// from a mapping. The same members give the same bytes: every time stamp is 1980-01-01. Padding
/// stands in an extra field of each local header (id 0xd935, as Android's zipalign writes it).
/// Names are UTF-8. Not for more than 4 GiB or 65,535 members: Error{usage}.
class ZipWriter {
 public:
  /// `file` must outlive the writer and receive nothing else in between; the caller commits it.
  explicit ZipWriter(OutputFile& file) : file_(file) {}
  void add(std::string_view name, ByteView bytes);
  void add(std::string_view name, std::string_view text) { add(name, as_bytes(text)); }
  /// Writes the directory; call once, last.
  void finish();

  static constexpr std::uint64_t kAlignment = 64;

 private:
  struct Entry {
    std::string name;
    std::uint32_t crc32, size, offset;
  };
  OutputFile& file_;
  std::vector<Entry> entries_;
  std::uint64_t written_ = 0;
};

}  // namespace signpost
