#include "queue/capture_queue.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "base/digest.h"
#include "base/error.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kNotes = "capture.json";

std::string utc_now() { return fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr))); }

bool is_key(std::string_view name) {
  return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw Error(Blame::environment, "cannot write " + folder.string() + ": " + error.message());
}

/// A lock file: shared while something is added, exclusive to clear away what the dead have left.
class FileLock {
 public:
  FileLock(const fs::path& path, int operation)
      : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    if (descriptor_ < 0) throw_errno("cannot write " + path.string());
    while (!(held_ = ::flock(descriptor_, operation) == 0) && errno == EINTR) {
    }
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  bool held() const { return held_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  int descriptor_;
  bool held_ = false;
};

fs::path adding_lock(const fs::path& folder) { return folder / "adding.lock"; }

void write_whole(const fs::path& path, ByteView bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) throw_errno("cannot write " + path.string());
  try {
    write_all(descriptor, bytes, path.string());
    if (::fsync(descriptor) != 0) throw_errno("cannot write " + path.string());
  } catch (...) {
    ::close(descriptor);
    throw;
  }
  ::close(descriptor);
}

void write_notes(const fs::path& item, const QueuedCapture& capture) {
  Json json = {{"sha256", capture.sha256}, {"queued", capture.queued}};
  json["capture"] = Json::parse(capture.metadata);
  if (!capture.reason.empty()) {
    json["refused"] = {{"status", capture.status}, {"reason", capture.reason}, {"when", utc_now()}};
  }
  const std::string text = json.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
  const fs::path fresh = item / (std::string(kNotes) + ".new");
  write_whole(fresh, as_bytes(text));
  if (::rename(fresh.c_str(), (item / kNotes).c_str()) != 0)
    throw_errno("cannot write " + item.string());
}

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<QueuedCapture> read_notes(const fs::path& item) {
  std::string text;
  try {
    text = read_text(item / kNotes);
  } catch (const Error&) {
    return std::nullopt;
  }
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto metadata = json.find("capture");
  if (metadata == json.end() || !metadata->is_object()) return std::nullopt;
  QueuedCapture capture{text_of(json, "sha256"),
                        metadata->dump(-1, ' ', true, Json::error_handler_t::replace),
                        text_of(json, "queued"),
                        0,
                        {}};
  if (const auto refused = json.find("refused"); refused != json.end() && refused->is_object()) {
    capture.reason = text_of(*refused, "reason");
    const auto status = refused->find("status");
    if (status != refused->end() && status->is_number_integer())
      capture.status = status->get<int>();
  }
  return capture;
}

/// The one file of an item that is not its notes; empty if there is none.
fs::path image_of(const fs::path& item) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(item, error)) {
    if (entry.path().stem() == "image") return entry.path();
  }
  return {};
}

/// rename(2) of a folder; false if something is in the way.
bool move_folder(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return true;
  if (errno == ENOTEMPTY || errno == EEXIST) return false;
  throw_errno("cannot write " + to.string());
}

}  // namespace

CaptureQueue::CaptureQueue(fs::path folder)
    : folder_(std::move(folder)),
      pending_(folder_ / "pending"),
      refused_(folder_ / "refused"),
      incoming_(folder_ / "incoming") {
  if (folder_.empty()) throw Error(Blame::usage, "the name of the queue must not be empty");
  const bool missing = !fs::exists(incoming_) || !fs::exists(pending_) || !fs::exists(refused_);
  for (const fs::path& each : {pending_, refused_, incoming_}) make_folder(each);
  if (!missing) return;
  sync_folder(folder_);
  sync_folder(fs::absolute(folder_).parent_path());
}

fs::path CaptureQueue::fresh(const std::string& key) {
  return incoming_ / fmt::format("{}.{}-{}", key, ::getpid(), count_++);
}

bool CaptureQueue::add(ByteView image, std::string_view ending, const std::string& metadata) {
  const QueuedCapture capture{sha256_hex(image), metadata, utc_now(), 0, {}};
  const fs::path there = pending_ / capture.sha256;
  if (fs::exists(there)) {
    sync_folder(pending_);  // another program may have put it there just now
    return false;
  }
  const FileLock alive(adding_lock(folder_), LOCK_SH);
  const fs::path item = fresh(capture.sha256);
  bool added = false;
  try {
    make_folder(item);
    write_whole(item / ("image" + std::string(ending)), image);
    write_notes(item, capture);
    sync_folder(item);
    added = move_folder(item, there);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(item, ignored);
    throw;
  }
  if (!added) discard(item);
  sync_folder(pending_);
  if (added && fs::exists(refused_ / capture.sha256)) discard(refused_ / capture.sha256);
  return added;
}

std::vector<std::string> CaptureQueue::keys(const fs::path& folder) const {
  std::vector<std::tuple<fs::file_time_type, std::string>> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const std::string name = entry.path().filename().string();
    if (!is_key(name)) continue;
    std::error_code gone;
    const auto time = fs::last_write_time(entry.path() / kNotes, gone);
    found.emplace_back(gone ? fs::file_time_type::min() : time, name);
  }
  if (error)
    throw Error(Blame::environment, "cannot read " + folder.string() + ": " + error.message());
  std::ranges::sort(found);
  std::vector<std::string> names;
  names.reserve(found.size());
  for (auto& [time, name] : found) names.push_back(std::move(name));
  return names;
}

std::optional<QueuedCapture> CaptureQueue::read(const std::string& key, Bytes& image,
                                                std::string& wrong) const {
  const fs::path item = pending_ / key;
  std::optional<QueuedCapture> capture = read_notes(item);
  if (!capture || capture->sha256 != key) {
    wrong = "its " + std::string(kNotes) + " is damaged";
    return std::nullopt;
  }
  const fs::path file = image_of(item);
  if (file.empty()) {
    wrong = "its image is missing";
    return std::nullopt;
  }
  try {
    read_regular_file(file, image);
  } catch (const Error& error) {
    wrong = std::string("its image cannot be read: ") + error.what();
    return std::nullopt;
  }
  if (sha256_hex(image) == key) return capture;
  wrong = "its image is damaged: the bytes are not those that were queued";
  return std::nullopt;
}

std::optional<QueuedCapture> CaptureQueue::read_refused(const std::string& key) const {
  return read_notes(refused_ / key);
}

void CaptureQueue::discard(const fs::path& item) {
  // By a rename first: a folder that is half removed must not look like a capture.
  fs::path gone = item;
  if (item.parent_path() != incoming_) {
    gone = fresh(item.filename().string());
    if (::rename(item.c_str(), gone.c_str()) != 0 && errno != ENOENT)
      throw_errno("cannot write " + item.string());
  }
  std::error_code ignored;
  fs::remove_all(gone, ignored);
}

bool CaptureQueue::amend(const std::string& key, const std::string& metadata) {
  const fs::path item = pending_ / key;
  std::optional<QueuedCapture> capture = read_notes(item);
  if (!capture) return false;
  capture->metadata = metadata;
  try {
    write_notes(item, *capture);
    sync_folder(item);
  } catch (const Error&) {
    if (fs::exists(item)) throw;
    return false;  // sent, and gone, in the meantime
  }
  return true;
}

std::optional<std::string> CaptureQueue::metadata(const std::string& key) const {
  const std::optional<QueuedCapture> capture = read_notes(pending_ / key);
  return capture ? std::optional(capture->metadata) : std::nullopt;
}

void CaptureQueue::remove(const std::string& key) {
  discard(pending_ / key);
  sync_folder(pending_);
}

void CaptureQueue::refuse(const std::string& key, int status, const std::string& reason) {
  const fs::path item = pending_ / key;
  QueuedCapture capture =
      read_notes(item).value_or(QueuedCapture{key, R"({"file":""})", utc_now(), 0, {}});
  capture.status = status;
  capture.reason = reason;
  write_notes(item, capture);
  if (!move_folder(item, refused_ / key)) {
    discard(refused_ / key);
    move_folder(item, refused_ / key);
  }
  sync_folder(refused_);
  sync_folder(pending_);
}

bool CaptureQueue::retry(const std::string& key) {
  const fs::path item = refused_ / key;
  std::optional<QueuedCapture> capture = read_notes(item);
  if (!capture) return false;
  capture->status = 0;
  capture->reason.clear();
  write_notes(item, *capture);
  if (!move_folder(item, pending_ / key)) discard(item);
  sync_folder(pending_);
  sync_folder(refused_);
  return true;
}

SenderLock::SenderLock(const CaptureQueue& queue) : descriptor_(-1) {
  FileLock sending(queue.folder() / "sending.lock", LOCK_EX | LOCK_NB);
  if (!sending.held()) {
    throw Error(Blame::environment,
                queue.folder().string() + ": another submit is sending this queue; let it end");
  }
  descriptor_ = sending.release();
  const FileLock alone(adding_lock(queue.folder()), LOCK_EX | LOCK_NB);
  if (!alone.held()) return;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(queue.folder() / "incoming", ignored)) {
    std::error_code error;
    fs::remove_all(entry.path(), error);
  }
}

SenderLock::~SenderLock() { ::close(descriptor_); }

}  // namespace signpost
