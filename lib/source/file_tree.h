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
  /// A folder, an archive, or one file of annotations (csv, json, jsonl, txt, xml, yaml, yml): the
  /// tree is then the folder that it stands in, less all other files of its type. Throws
  /// Error{input} if `path` is none of these.
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

/// True for a name that ends as those of PPM, PGM, PNG, JPEG and WebP files do.
bool names_image(std::string_view name);

/// A file name or path without its extension.
std::string_view without_extension(std::string_view name);

/// The folders that all of `folders` have in common: "set" for "set/a" and "set/b/c", or "".
std::string common_folder(const std::vector<std::string_view>& folders);

/// "val" for "val", "valid", "validation" and "dev", and so on, in any case: the side of a split
/// that people mean by a word. Empty for any other word.
std::string_view split_of(std::string_view word);

/// "a/b" and "c" give "a/b/c"; an empty folder gives the name alone.
std::string join_path(std::string_view folder, std::string_view name);

}  // namespace signpost
