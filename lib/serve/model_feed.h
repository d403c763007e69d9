#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "base/file.h"
#include "store/models.h"

namespace signpost {

/// A package for devices, as it is handed out.
struct ServedModel {
  std::string id;    ///< "NAME-VERSION"
  std::string file;  ///< "signs-2.signpost"
  std::string etag;  ///< its SHA-256 in quotes
  std::shared_ptr<const Bytes> bytes;
  std::shared_ptr<const Bytes> signature;  ///< the text of its .minisig; null: it is not signed
};

/// Where packages come from. Thread-safe. What is handed out is kept in memory, so that what is
/// being sent stays what it is, whatever happens to the file or the store.
class ModelFeed {
 public:
  virtual ~ModelFeed() = default;
  /// The package that devices should have; null if there is none. `wrong` tells what was passed
  /// over, for the log.
  virtual std::shared_ptr<const ServedModel> latest(std::string& wrong) = 0;
};

/// The model that the alias "stable" of a store means now, whichever program has promoted it.
class RegistryFeed : public ModelFeed {
 public:
  explicit RegistryFeed(const std::filesystem::path& database)
      : registry_(database, Database::Missing::create) {}
  std::shared_ptr<const ServedModel> latest(std::string& wrong) override;

 private:
  std::mutex mutex_;
  ModelRegistry registry_;
  std::int64_t model_ = 0;  ///< whose `latest_` is
  std::shared_ptr<const ServedModel> latest_;
};

/// The packages in a folder, for trying things out: the file NAME.signpost that was changed last,
/// of those that open as a package, with NAME.signpost.minisig. A file that is put there is seen at
/// once.
class FolderFeed : public ModelFeed {
 public:
  explicit FolderFeed(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::shared_ptr<const ServedModel> latest(std::string& wrong) override;

 private:
  struct File {
    std::filesystem::path path;
    std::filesystem::file_time_type changed;
    std::uintmax_t size = 0;
    bool operator==(const File&) const = default;
  };
  std::vector<File> files() const;

  std::filesystem::path folder_;
  std::mutex mutex_;
  std::vector<File> seen_;  ///< when `latest_` was chosen
  std::shared_ptr<const ServedModel> latest_;
};

}  // namespace signpost
