#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/file.h"

namespace signpost {

/// A zip (PKWARE APPNOTE 6.3.10: stored and deflated members, zip64) or a tar (POSIX ustar, with
/// pax and GNU long names), mapped and read in place; nothing is extracted. Reading members is
/// thread-safe.
///
/// A zip that was cut short has lost its directory, which stands at its end. Such an archive is
/// opened all the same: the members before the cut are found by their local headers, and `damage()`
/// says what is wrong.
///
/// A zip whose members share bytes is refused: no tool writes one but to make few bytes inflate to
/// many (Fifield, "A better zip bomb", WOOT 2019). Nothing is ever written under a member's name.
class Archive {
 public:
  struct Member {
    std::string name;
    std::uint64_t offset = 0;  ///< of the local header (zip) or of the data (tar)
    std::uint64_t compressed_size = 0;
    std::uint64_t size = 0;
    std::uint32_t crc32 = 0;
    std::uint16_t method = 0;  ///< 0 stored, 8 deflated
    bool encrypted = false;
  };

  /// Throws Error{input} if the file cannot be read or is neither a zip nor a tar.
  explicit Archive(const std::filesystem::path& path);

  /// The same for an archive in memory, which must stay; messages call it `name`.
  Archive(ByteView bytes, std::string name);

  /// Regular members in the order of the archive. Folders and links are not listed.
  const std::vector<Member>& members() const { return members_; }

  /// The member of that exact name, or null. If a name stands twice, the last one counts, as for
  /// unzip and tar.
  const Member* find(std::string_view name) const;

  /// The bytes of a member, inflated and verified by CRC-32 (zip). Throws Error{input} that names
  /// `archive!member`. A member that claims more than `kMaxMemberBytes` is refused before any
  /// memory is taken for it.
  void read(const Member& member, Bytes& buffer) const;

  /// Where a stored member's bytes lie in the mapped file; empty for a compressed one. Valid while
  /// the archive lives.
  ByteView stored_bytes(const Member& member) const;

  /// Empty for a sound archive, else what is wrong, for the user.
  const std::string& damage() const { return damage_; }

  static constexpr std::uint64_t kMaxMemberBytes = kMaxFileBytes;

 private:
  void read_directory();
  bool read_zip_directory();
  void refuse_overlaps() const;
  void recover_zip();
  void read_tar();
  ByteView raw_bytes(const Member& member) const;
  [[noreturn]] void fail(const Member& member, const std::string& what) const;

  std::string path_;
  MappedFile file_;
  ByteView bytes_;
  std::vector<Member> members_;
  std::unordered_map<std::string_view, std::size_t> by_name_;
  std::string damage_;
  bool tar_ = false;
};

/// Splits "archive.zip!member" (also .tar). The archive part is empty for a plain path.
struct Reference {
  std::string_view archive, member;
};
Reference split_reference(std::string_view reference);

/// Reads what a sample's `image` names: a file, or a member of an archive that is then kept open.
/// A relative path is resolved against `root`. Thread-safe.
class BlobReader {
 public:
  explicit BlobReader(std::filesystem::path root = {}) : root_(std::move(root)) {}

  /// Throws Error{input} that names the reference.
  void read(std::string_view reference, Bytes& buffer) const;

  /// The opened archive at `path`, resolved against the root.
  std::shared_ptr<const Archive> archive(std::string_view path) const;

 private:
  std::filesystem::path root_;
  mutable std::mutex mutex_;
  mutable std::unordered_map<std::string, std::shared_ptr<const Archive>> archives_;
};

}  // namespace signpost
