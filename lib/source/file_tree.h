#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/archive.h"
#include "base/file.h"

namespace signpost {

/// The files below a folder or inside an archive, seen in one way, so that a format is read from
/// both alike. Reading is thread-safe.
class FileTree {
 public:
  /// Throws Error{input} if `path` does not exist or is neither a folder nor an archive.
  explicit FileTree(const std::string& path);

  /// Names of the files in each folder, both sorted; folders are relative to the tree, "" is its
  /// top.
  const std::map<std::string, std::vector<std::string>>& folders() const { return folders_; }

  /// What a sample's `image` says for a file: "FOLDER/a/b.ppm" or "ARCHIVE!a/b.ppm".
  std::string reference(std::string_view folder, std::string_view name) const;

  /// Throws Error{input} that names the reference.
  void read(std::string_view folder, std::string_view name, Bytes& buffer) const;

  /// Empty, or what is wrong with the archive; what is listed was recovered from it.
  std::string damage() const { return archive_ ? archive_->damage() : std::string(); }

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::unique_ptr<const Archive> archive_;
  std::map<std::string, std::vector<std::string>> folders_;
};

/// "a/b" and "c" give "a/b/c"; an empty folder gives the name alone.
std::string join_path(std::string_view folder, std::string_view name);

}  // namespace signpost
