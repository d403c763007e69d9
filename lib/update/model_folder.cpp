#include "update/model_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/digest.h"
#include "base/error.h"
#include "base/file.h"
#include "model/signature.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kPackage = "model.signpost";
constexpr std::size_t kMostRefused = 16;

void move(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw_errno("cannot write " + to.string());
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    throw Error(Blame::environment, "cannot write " + folder.string() + ": " + error.message());
}

void sync_file(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw_errno("cannot read " + path.string());
  const bool done = ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (!done) throw_errno("cannot write " + path.string());
}

/// By a rename first: what is half removed must not look like a model.
void discard(const fs::path& model) {
  const fs::path gone = model.string() + ".gone";
  std::error_code ignored;
  fs::remove_all(gone, ignored);
  fs::rename(model, gone, ignored);
  fs::remove_all(gone, ignored);
}

bool is_whole(const fs::path& package, const std::string& sha256) {
  if (!fs::exists(package)) return false;
  return sha256_hex(MappedFile(package).bytes()) == sha256;
}

}  // namespace

ModelFolder::ModelFolder(fs::path folder)
    : folder_(std::move(folder)), models_(folder_ / "models") {
  make_folder(models_);
  const fs::path lock = folder_ / "update.lock";
  lock_ = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) throw_errno("cannot write " + lock.string());
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return;
  ::close(lock_);
  throw Error(Blame::environment,
              folder_.string() + ": another update is at work on this folder; let it end");
}

ModelFolder::~ModelFolder() { ::close(lock_); }

fs::path ModelFolder::package(const std::string& sha256) const {
  return models_ / sha256 / kPackage;
}

std::string ModelFolder::named_by(const char* link) const {
  std::error_code error;
  const fs::path target = fs::read_symlink(folder_ / link, error);
  return error ? std::string() : target.filename().string();
}

void ModelFolder::point(const char* link, const std::string& sha256) {
  const fs::path there = folder_ / link, fresh = there.string() + ".new";
  std::error_code error;
  if (sha256.empty()) {
    fs::remove(there, error);
  } else {
    fs::remove(fresh, error);
    fs::create_symlink(fs::path("models") / sha256, fresh, error);
    if (!error) fs::rename(fresh, there, error);
  }
  if (error)
    throw Error(Blame::environment, "cannot write " + there.string() + ": " + error.message());
  sync_folder(folder_);
}

void ModelFolder::install(const std::string& sha256) {
  const std::string used = current();
  const fs::path model = models_ / sha256, fresh = model.string() + ".new";
  const fs::path signature = signature_path(incoming());
  if (fs::exists(signature)) sync_file(signature);
  if (is_whole(model / kPackage, sha256)) {
    if (fs::exists(signature)) move(signature, signature_path(model / kPackage));
    sync_folder(model);
  } else {
    std::error_code ignored;
    fs::remove_all(fresh, ignored);
    make_folder(fresh);
    sync_file(incoming());
    if (fs::exists(signature)) move(signature, signature_path(fresh / kPackage));
    move(incoming(), fresh / kPackage);
    sync_folder(fresh);
    discard(model);
    move(fresh, model);
    sync_folder(models_);
  }
  if (!used.empty() && used != sha256) point("previous", used);
  point("current", sha256);
}

void ModelFolder::roll_back(const std::string& why) {
  const std::string bad = current(), good = previous();
  std::vector<RefusedModel> models = refused();
  models.push_back({bad, why});
  write_refused(models);
  point("current", good);
  point("previous", {});
}

void ModelFolder::refuse(const std::string& sha256, const std::string& why) {
  std::vector<RefusedModel> models = refused();
  models.push_back({sha256, why});
  write_refused(models);
  tidy();
}

void ModelFolder::forget_refusals() { write_refused({}); }

std::vector<RefusedModel> ModelFolder::refused() const {
  std::vector<RefusedModel> models;
  std::error_code error;
  const fs::path file = folder_ / "refused.json";
  if (!fs::exists(file, error)) return models;
  const Json json = Json::parse(read_text(file), nullptr, false);
  if (!json.is_array()) return models;
  for (const Json& entry : json) {
    const auto text = [&](const char* key) {
      const bool there = entry.is_object() && entry.contains(key) && entry[key].is_string();
      return there ? entry[key].get<std::string>() : std::string();
    };
    if (!text("sha256").empty()) models.push_back({text("sha256"), text("why")});
  }
  return models;
}

void ModelFolder::write_refused(const std::vector<RefusedModel>& models) {
  Json json = Json::array();
  const std::size_t first = models.size() > kMostRefused ? models.size() - kMostRefused : 0;
  for (std::size_t i = first; i < models.size(); ++i)
    json.push_back({{"sha256", models[i].sha256}, {"why", models[i].why}});
  OutputFile file(folder_ / "refused.json", true);
  file.write(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  file.commit();
}

void ModelFolder::tidy() {
  const std::string used = current(), before = previous();
  std::error_code ignored;
  fs::remove(incoming(), ignored);
  fs::remove(signature_path(incoming()), ignored);
  for (const auto& entry : fs::directory_iterator(models_, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name != used && name != before) discard(entry.path());
  }
}

}  // namespace signpost
