#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "base/file.h"

namespace signpost {

/// The bytes of images, each in a file named by its content: FOLDER/ab/abcdef….png. A file appears
/// whole or not at all. For one thread at a time; other programs may use the folder at once.
///
/// Images are brought to the disk in groups, as each fsync waits for the disk:
/// docs/decisions/0003-captures-store.md has the figures.
class ImageFolder {
 public:
  explicit ImageFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
  ImageFolder(const ImageFolder&) = delete;
  ImageFolder& operator=(const ImageFolder&) = delete;
  /// What was not settled is removed.
  ~ImageFolder();

  const std::filesystem::path& folder() const { return folder_; }

  /// Where in the folder the image of that digest and ending (".png") is or would be.
  static std::filesystem::path name(const std::string& sha256, std::string_view ending);

  /// Writes `bytes`, whose digest is `sha256`, aside. A file that is there already is kept if it
  /// holds these bytes, else replaced. Holds one open file until `settle`. Throws
  /// Error{environment}.
  void write(const std::string& sha256, std::string_view ending, ByteView bytes);

  /// Gives all that was written its name. Files and names have reached the disk when this returns.
  void settle();

 private:
  struct Pending {
    int descriptor;
    std::filesystem::path aside;  ///< empty: it has its name already
  };
  void open_shard(const std::filesystem::path& shard);
  void open_incoming();

  std::filesystem::path folder_;
  std::map<std::filesystem::path, Pending> pending_;  ///< by the name that it gets
  std::set<std::filesystem::path> shards_;            ///< that this object has seen to exist
  bool shards_unsynced_ = false;                      ///< perhaps the names of some are not durable
};

}  // namespace signpost
