#include "store/image_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "base/error.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

constexpr const char* kIncoming = "incoming";

/// From so many files on, one sync of the whole file system costs less than two for each file.
constexpr std::size_t kMany = 8;

void create(const fs::path& folder) {
  std::error_code error;
  fs::create_directory(folder, error);
  if (error)
    throw Error(Blame::environment, "cannot create " + folder.string() + ": " + error.message());
}

bool holds(const fs::path& path, ByteView bytes) {
  std::error_code error;
  if (fs::file_size(path, error) != bytes.size() || error) return false;
  Bytes there;
  read_file(path, there);
  return std::ranges::equal(there, bytes);
}

void sync_file_system(int descriptor) {
  if (::syncfs(descriptor) != 0) throw_errno("cannot bring images to the disk");
}

int open_or_throw(const fs::path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  if (descriptor < 0) throw_errno("cannot write " + path.string());
  return descriptor;
}

}  // namespace

ImageFolder::~ImageFolder() {
  for (const auto& [file, pending] : pending_) {
    ::close(pending.descriptor);
    if (!pending.aside.empty()) ::unlink(pending.aside.c_str());
  }
}

fs::path ImageFolder::name(const std::string& sha256, std::string_view ending) {
  return fs::path(sha256.substr(0, 2)) / (sha256 + std::string(ending));
}

void ImageFolder::open_incoming() {
  create(folder_);
  create(folder_ / kIncoming);
  sync_folder(folder_.parent_path());
  // What programs that died have left.
  const auto yesterday = fs::file_time_type::clock::now() - std::chrono::hours(24);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_ / kIncoming, ignored)) {
    const auto written = entry.last_write_time(ignored);
    if (!ignored && written < yesterday) fs::remove(entry.path(), ignored);
  }
}

void ImageFolder::open_shard(const fs::path& shard) {
  if (shards_.contains(shard)) return;
  if (shards_.empty()) open_incoming();
  create(shard);
  shards_.insert(shard);
  shards_unsynced_ = true;
}

void ImageFolder::write(const std::string& sha256, std::string_view ending, ByteView bytes) {
  const fs::path file = folder_ / name(sha256, ending);
  if (pending_.contains(file)) return;
  open_shard(file.parent_path());
  if (holds(file, bytes)) {
    // Perhaps another program gave it its name a moment ago and has not synced that yet.
    pending_[file] = {open_or_throw(file, O_RDONLY), {}};
    return;
  }
  const fs::path aside =
      folder_ / kIncoming / (file.filename().string() + "." + std::to_string(::getpid()));
  const int descriptor = open_or_throw(aside, O_WRONLY | O_CREAT | O_TRUNC);
  pending_[file] = {descriptor, aside};
  write_all(descriptor, bytes, aside.string());
}

void ImageFolder::settle() {
  if (pending_.empty()) return;
  const bool many = pending_.size() >= kMany;
  if (many) sync_file_system(pending_.begin()->second.descriptor);
  std::set<fs::path> touched;
  for (auto& [file, pending] : pending_) {
    if (!many && ::fsync(pending.descriptor) != 0) throw_errno("cannot write " + file.string());
    if (!pending.aside.empty() && ::rename(pending.aside.c_str(), file.c_str()) != 0)
      throw_errno("cannot write " + file.string());
    pending.aside.clear();
    touched.insert(file.parent_path());
  }
  if (many) {
    sync_file_system(pending_.begin()->second.descriptor);
  } else {
    for (const fs::path& shard : touched) sync_folder(shard);
    if (shards_unsynced_) sync_folder(folder_);
  }
  shards_unsynced_ = false;
  for (const auto& [file, pending] : pending_) ::close(pending.descriptor);
  pending_.clear();
}

}  // namespace signpost
