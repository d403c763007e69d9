#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/file.h"

namespace signpost {

/// Under what the bytes of a partial file came, so that a later attempt asks for the rest of the
/// same file and of no other.
struct Validators {
  std::string url, etag, last_modified;
  std::optional<std::uint64_t> size;  ///< of the whole file, as the server stated it

  /// What an If-Range header may hold: a strong ETag, else the date; empty for none (RFC 9110,
  /// section 13.1.5).
  std::string if_range() const;
};

/// A download on its way: NAME.part beside where the file will be, and NAME.part.json with its
/// validators. Both stay when the program ends, however it ends, and go when `finish` has renamed
/// the file or `discard` gives it up. One process at a time holds a partial file.
class PartialFile {
 public:
  /// Opens or creates the partial file of `path`. Throws Error{environment} if another process
  /// holds it or it cannot be written.
  explicit PartialFile(std::filesystem::path path);
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile();

  std::uint64_t size() const { return size_; }
  const Validators& validators() const { return validators_; }
  const std::filesystem::path& path() const { return part_; }

  /// Empties the file and notes the validators under which its bytes will come.
  void begin(const Validators& validators);
  /// Throws Error{environment}, and says what to do, when the disk is full. What was written stays.
  void append(ByteView bytes);
  /// Makes the file durable and gives it its name, replacing what is there.
  void finish();
  /// Removes it.
  void discard();

 private:
  [[noreturn]] void cannot_write() const;
  std::filesystem::path path_, part_, notes_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
  Validators validators_;
};

}  // namespace signpost
