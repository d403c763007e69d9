#include "fetch/partial_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/progress.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

/// Nothing for notes that are missing or damaged: the file is then begun anew.
std::optional<Validators> read_notes(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::nullopt;
  try {
    const nlohmann::json json = nlohmann::json::parse(read_text(path));
    Validators validators;
    validators.url = json.at("url");
    validators.etag = json.at("etag");
    validators.last_modified = json.at("last_modified");
    if (!json.at("size").is_null()) validators.size = json.at("size").get<std::uint64_t>();
    return validators;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

void write_notes(const fs::path& path, const Validators& validators) {
  nlohmann::ordered_json json = {{"url", validators.url},
                                 {"etag", validators.etag},
                                 {"last_modified", validators.last_modified},
                                 {"size", nullptr}};
  if (validators.size) json["size"] = *validators.size;
  OutputFile file(path, true);
  file.write(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  file.commit();
}

}  // namespace

std::string Validators::if_range() const {
  if (!etag.empty() && !etag.starts_with("W/")) return etag;
  return last_modified;
}

PartialFile::PartialFile(fs::path path)
    : path_(std::move(path)), part_(path_.string() + ".part"), notes_(part_.string() + ".json") {
  descriptor_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (descriptor_ < 0) throw_errno("cannot write " + part_.string());
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor_);
    throw Error(Blame::environment,
                part_.string() + ": another process is fetching this file; wait for it");
  }
  struct stat status = {};
  if (::fstat(descriptor_, &status) == 0) size_ = static_cast<std::uint64_t>(status.st_size);
  std::optional<Validators> notes = read_notes(notes_);
  if (notes) {
    validators_ = std::move(*notes);
  } else if (size_ > 0) {
    begin({});
  }
}

PartialFile::~PartialFile() {
  if (descriptor_ < 0) return;
  if (size_ == 0) discard();
  ::close(descriptor_);
}

void PartialFile::cannot_write() const {
  throw Error(Blame::environment,
              fmt::format("cannot write {}: {}; make room, then run the same command again: it "
                          "goes on from {} bytes",
                          part_.string(), std::strerror(errno), grouped(size_)));
}

void PartialFile::begin(const Validators& validators) {
  if (::ftruncate(descriptor_, 0) != 0) cannot_write();
  size_ = 0;
  validators_ = validators;
  write_notes(notes_, validators_);
}

void PartialFile::append(ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(descriptor_, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) cannot_write();
    size_ += static_cast<std::uint64_t>(wrote);
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
  }
}

void PartialFile::finish() {
  if (::fsync(descriptor_) != 0) cannot_write();
  std::error_code error;
  fs::rename(part_, path_, error);
  if (error)
    throw Error(Blame::environment, "cannot write " + path_.string() + ": " + error.message());
  fs::remove(notes_, error);
  sync_folder(path_.parent_path());
  ::close(descriptor_);
  descriptor_ = -1;
}

void PartialFile::discard() {
  std::error_code ignored;
  fs::remove(part_, ignored);
  fs::remove(notes_, ignored);
}

}  // namespace signpost
