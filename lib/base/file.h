#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace signpost {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// No file of ours that is read whole is larger: what claims more is refused before memory is
/// taken.
inline constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30;

/// The whole of a file, which may be a pipe. Throws Error{input} that names the path, also on one
/// over kMaxFileBytes. `buffer` is resized to fit and may be reused from call to call.
void read_file(const std::filesystem::path& path, Bytes& buffer);
/// The same for a file that a record or an archive names: refuses what is no regular file, since a
/// pipe could make the program wait for ever and a device never ends.
void read_regular_file(const std::filesystem::path& path, Bytes& buffer);
std::string read_text(const std::filesystem::path& path);

/// A file mapped read-only for the lifetime of the object. Movable, not copyable; reading is
/// thread-safe. A file that another process truncates while it is mapped ends the program with
/// SIGBUS.
class MappedFile {
 public:
  MappedFile() = default;
  explicit MappedFile(const std::filesystem::path& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();
  ByteView bytes() const { return {data_, size_}; }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Throws Error{usage} if something is at `path` already and `force` is not set.
void refuse_existing(const std::filesystem::path& path, bool force);

/// A file that appears under its name whole or not at all: written beside it, synced, renamed by
/// `commit`. Without `commit` the destructor removes what was written. A `path` of "-" writes to
/// standard output.
class OutputFile {
 public:
  OutputFile(std::filesystem::path path, bool force);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();
  void write(ByteView bytes);
  void write(std::string_view text) { write(as_bytes(text)); }
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
  Bytes buffer_;
  void flush();
};

/// A folder that appears under its name whole or not at all, like OutputFile. Files are written
/// into `partial()`.
class OutputDirectory {
 public:
  OutputDirectory(std::filesystem::path path, bool force);
  OutputDirectory(const OutputDirectory&) = delete;
  OutputDirectory& operator=(const OutputDirectory&) = delete;
  ~OutputDirectory();
  const std::filesystem::path& partial() const { return temporary_; }
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
};

/// Makes the names in a folder durable. A file system that cannot do that (EINVAL) is let pass; any
/// other failure throws Error{environment}.
void sync_folder(const std::filesystem::path& path);

/// Writes `bytes` whole to `descriptor`, retrying on short writes. Throws Error{environment} naming
/// `name`.
void write_all(int descriptor, ByteView bytes, std::string_view name);

}  // namespace signpost
