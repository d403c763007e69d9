#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/file.h"

namespace signpost {

/// A package for devices, as it is handed out.
struct ServedModel {
  std::string id;    ///< "NAME-VERSION"
  std::string file;  ///< "signs-2.signpost"
  std::string etag;  ///< its SHA-256 in quotes
  std::shared_ptr<const Bytes> bytes;
  std::shared_ptr<const Bytes> signature;  ///< what stood beside it as FILE.minisig; null: nothing
};

/// The packages in a folder. Thread-safe; a file that is put there is seen at once.
class ModelFeed {
 public:
  explicit ModelFeed(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// The file NAME.signpost that was changed last, of those that open as a package; null if there
  /// is none. `wrong` names those that do not open and were passed over. It is kept in memory, so
  /// that what is being sent stays what it is, whatever happens to the file.
  std::shared_ptr<const ServedModel> latest(std::string& wrong);

 private:
  struct File {
    std::filesystem::path path;
    std::filesystem::file_time_type changed;
    std::uintmax_t size = 0;
    std::optional<std::filesystem::file_time_type> signed_at;
    bool operator==(const File&) const = default;
  };
  std::vector<File> files() const;

  std::filesystem::path folder_;
  std::mutex mutex_;
  std::vector<File> seen_;  ///< when `latest_` was chosen
  std::shared_ptr<const ServedModel> latest_;
};

}  // namespace signpost
