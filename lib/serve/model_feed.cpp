#include "serve/model_feed.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/error.h"
#include "model/package.h"

namespace signpost {

namespace fs = std::filesystem;

namespace {

std::string etag_of(ByteView bytes) { return "\"" + sha256_hex(bytes) + "\""; }

}  // namespace

std::shared_ptr<const ServedModel> RegistryFeed::latest(std::string&) {
  const std::lock_guard lock(mutex_);
  const std::optional<LiveModel> live = registry_.live("stable");
  if (!live) return nullptr;
  const std::string signature = registry_.signature(live->model);
  const bool signed_since =
      latest_ && model_ == live->model &&
      as_text(latest_->signature ? *latest_->signature : Bytes()) != signature;
  if (latest_ && model_ == live->model && !signed_since) return latest_;
  const RegisteredModel model = registry_.find(live->model);
  auto bytes = std::make_shared<const Bytes>(registry_.content(live->model));
  std::shared_ptr<const Bytes> text;
  if (!signature.empty()) text = std::make_shared<const Bytes>(signature.begin(), signature.end());
  latest_ = std::make_shared<const ServedModel>(ServedModel{
      model.id(), model.id() + ".signpost", "\"" + model.sha256 + "\"", std::move(bytes), text});
  model_ = live->model;
  return latest_;
}

std::vector<FolderFeed::File> FolderFeed::files() const {
  std::vector<File> found;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& path = entry->path();
    std::error_code gone;
    const bool package = path.extension() == ".signpost";
    if (!(package || path.string().ends_with(".signpost.minisig")) ||
        path.filename().string().starts_with(".") || !entry->is_regular_file(gone))
      continue;
    const File file{path, entry->last_write_time(gone), entry->file_size(gone)};
    if (!gone) found.push_back(file);
  }
  if (error) throw Error(Blame::environment, folder_.string() + ": " + error.message());
  std::ranges::sort(found, [](const File& a, const File& b) {
    return std::pair(a.changed, a.path) > std::pair(b.changed, b.path);
  });
  return found;
}

std::shared_ptr<const ServedModel> FolderFeed::latest(std::string& wrong) {
  const std::lock_guard lock(mutex_);
  std::vector<File> now = files();
  if (now == seen_) return latest_;
  latest_ = nullptr;
  for (const File& file : now) {
    if (file.path.extension() != ".signpost") continue;
    try {
      auto bytes = std::make_shared<Bytes>();
      read_regular_file(file.path, *bytes);
      const std::string id = Package::open_bytes(*bytes, file.path.string())->id();
      const fs::path beside = file.path.string() + ".minisig";
      std::shared_ptr<Bytes> signature;
      if (fs::exists(beside)) {
        signature = std::make_shared<Bytes>();
        read_regular_file(beside, *signature);
      }
      latest_ = std::make_shared<const ServedModel>(
          ServedModel{id, file.path.filename().string(), etag_of(*bytes), bytes, signature});
      break;
    } catch (const Error& error) {
      if (!wrong.empty()) wrong += "; ";
      wrong += error.what();
    }
  }
  seen_ = std::move(now);
  return latest_;
}

}  // namespace signpost
