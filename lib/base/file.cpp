#include "base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace signpost {
namespace {

constexpr std::size_t kWriteBuffer = 1u << 20;

/// A file descriptor that closes itself.
class Descriptor {
 public:
  Descriptor(const std::filesystem::path& path, int flags, mode_t mode = 0)
      : number_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int number() const { return number_; }
  bool open() const { return number_ >= 0; }

 private:
  int number_;
};

[[noreturn]] void cannot_read(const std::filesystem::path& path) {
  throw Error(Blame::input, path.string() + ": cannot be read: " + std::strerror(errno));
}

/// Opens a regular file for reading and tells its size.
std::size_t checked_size(const Descriptor& file, const std::filesystem::path& path) {
  struct stat status = {};
  if (!file.open() || ::fstat(file.number(), &status) != 0) cannot_read(path);
  if (S_ISDIR(status.st_mode))
    throw Error(Blame::input, path.string() + ": is a folder, not a file");
  return static_cast<std::size_t>(status.st_size);
}

/// Reads to the end, also what grows or whose size is not known.
void read_opened(const Descriptor& file, const std::filesystem::path& path, Bytes& buffer) {
  const std::size_t size = checked_size(file, path);
  const auto check = [&](std::size_t bytes) {
    if (bytes > kMaxFileBytes) throw Error(Blame::input, path.string() + ": is over 1 GiB");
  };
  check(size);
  buffer.resize(size);
  std::size_t filled = 0;
  for (;;) {
    if (filled == buffer.size()) {
      std::uint8_t more;
      const ssize_t got = ::read(file.number(), &more, 1);
      if (got == 0) return;
      if (got < 0) cannot_read(path);
      check(filled + 1);
      buffer.resize(buffer.size() + 65536);
      buffer[filled++] = more;
    }
    const ssize_t got = ::read(file.number(), buffer.data() + filled, buffer.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) cannot_read(path);
    if (got == 0) {
      buffer.resize(filled);
      return;
    }
    filled += static_cast<std::size_t>(got);
  }
}

std::filesystem::path without_trailing_slash(std::filesystem::path path) {
  if (!path.empty() && path.filename().empty()) path = path.parent_path();
  return path;
}

std::filesystem::path beside(const std::filesystem::path& path) {
  return path.parent_path() /
         ("." + path.filename().string() + ".part-" + std::to_string(::getpid()));
}

}  // namespace

void sync_folder(const std::filesystem::path& path) {
  const Descriptor folder(path.empty() ? "." : path, O_RDONLY | O_DIRECTORY);
  if (folder.open() && ::fsync(folder.number()) != 0 && errno != EINVAL)
    throw_errno("cannot write " + path.string());
}

void throw_errno(const std::string& what) {
  throw Error(Blame::environment, what + ": " + std::strerror(errno));
}

void read_file(const std::filesystem::path& path, Bytes& buffer) {
  read_opened(Descriptor(path, O_RDONLY), path, buffer);
}

void read_regular_file(const std::filesystem::path& path, Bytes& buffer) {
  const Descriptor file(path, O_RDONLY | O_NONBLOCK);
  struct stat status = {};
  if (file.open() && ::fstat(file.number(), &status) == 0 && !S_ISREG(status.st_mode) &&
      !S_ISDIR(status.st_mode)) {
    throw Error(Blame::input, path.string() + ": is a pipe or a device, not a file");
  }
  read_opened(file, path, buffer);
}

std::string read_text(const std::filesystem::path& path) {
  Bytes bytes;
  read_file(path, bytes);
  return std::string(as_text(bytes));
}

MappedFile::MappedFile(const std::filesystem::path& path) {
  const Descriptor file(path, O_RDONLY);
  size_ = checked_size(file, path);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.number(), 0);
  if (address == MAP_FAILED) cannot_read(path);
  data_ = static_cast<const std::uint8_t*>(address);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<std::uint8_t*>(data_), size_);
}

void refuse_existing(const std::filesystem::path& path, bool force) {
  std::error_code ignored;
  if (!force && std::filesystem::exists(std::filesystem::symlink_status(path, ignored))) {
    throw Error(Blame::usage,
                path.string() + ": exists already; name another output or pass --force");
  }
}

void write_all(int descriptor, ByteView bytes, std::string_view name) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(descriptor, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) throw_errno("cannot write " + std::string(name));
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
  }
}

OutputFile::OutputFile(std::filesystem::path path, bool force) : path_(std::move(path)) {
  if (path_ == "-") {
    descriptor_ = STDOUT_FILENO;
    return;
  }
  refuse_existing(path_, force);
  if (std::filesystem::is_directory(path_)) {
    throw Error(Blame::usage, path_.string() + ": is a folder; name a file");
  }
  temporary_ = beside(path_);
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw_errno("cannot write " + path_.string());
}

OutputFile::~OutputFile() {
  if (descriptor_ < 0 || temporary_.empty()) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void OutputFile::write(ByteView bytes) {
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  if (buffer_.size() >= kWriteBuffer) flush();
}

void OutputFile::flush() {
  write_all(descriptor_, buffer_, path_ == "-" ? "standard output" : path_.string());
#ifdef SYNC_FILE_RANGE_WRITE
  // The disk starts now, so that the sync of `commit` has little to wait for. Only a hint.
  if (buffer_.size() >= kWriteBuffer && !temporary_.empty()) {
    const off_t end = ::lseek(descriptor_, 0, SEEK_CUR);
    const auto size = static_cast<off_t>(buffer_.size());
    ::sync_file_range(descriptor_, end - size, size, SYNC_FILE_RANGE_WRITE);
  }
#endif
  buffer_.clear();
}

void OutputFile::commit() {
  flush();
  if (temporary_.empty()) return;
  if (::fsync(descriptor_) != 0) throw_errno("cannot write " + path_.string());
  if (::rename(temporary_.c_str(), path_.c_str()) != 0)
    throw_errno("cannot write " + path_.string());
  ::close(descriptor_);
  descriptor_ = -1;
  sync_folder(path_.parent_path());
}

OutputDirectory::OutputDirectory(std::filesystem::path path, bool force)
    : path_(without_trailing_slash(std::move(path))) {
  refuse_existing(path_, force);
  temporary_ = beside(path_);
  std::error_code error;
  std::filesystem::remove_all(temporary_, error);
  std::filesystem::create_directories(temporary_, error);
  if (error)
    throw Error(Blame::environment, "cannot write " + path_.string() + ": " + error.message());
}

OutputDirectory::~OutputDirectory() {
  std::error_code ignored;
  if (!temporary_.empty()) std::filesystem::remove_all(temporary_, ignored);
}

void OutputDirectory::commit() {
  // One sync of the file system, not one for each file: thousands of small files take a fraction of
  // a second instead of many.
  const Descriptor folder(temporary_, O_RDONLY | O_DIRECTORY);
  if (!folder.open() || ::syncfs(folder.number()) != 0)
    throw_errno("cannot write " + path_.string());
  // A folder that is replaced steps aside first, so that a failure leaves either the old one or the
  // new one.
  const std::filesystem::path old = temporary_.string() + "-old";
  std::error_code error;
  const bool replaces = std::filesystem::exists(path_);
  if (replaces) std::filesystem::rename(path_, old, error);
  if (!error) std::filesystem::rename(temporary_, path_, error);
  if (error)
    throw Error(Blame::environment, "cannot write " + path_.string() + ": " + error.message());
  temporary_.clear();
  if (replaces) std::filesystem::remove_all(old, error);
  sync_folder(path_.parent_path());
}

}  // namespace signpost
