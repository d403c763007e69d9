#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "source/file_tree.h"

namespace signpost {

/// Finds the files that annotation files speak of. Other tools write paths that start from folders
/// which only they know, absolute paths of other machines, or URLs; all that can be relied on is
/// how a path ends. Whatever a path says, only files of the tree are ever found.
/// Reading is thread-safe. The tree outlives the index.
class ImageIndex {
 public:
  explicit ImageIndex(const FileTree& tree);

  struct Found {
    std::string folder, name;  ///< in the tree
    std::string wrong;         ///< why nothing was found, and what to do; empty if something was
  };

  /// Looks for `path` in each of `folders`, in order; then for the one file of the tree whose own
  /// path ends with it. A path that is absolute, a URL, or climbs with ".." is shortened from the
  /// front until it fits, down to the file's name; a plain one only where all of a tree's own path
  /// is its end. A path without an image's ending stands for the image of that stem. Several files
  /// that fit equally well are none.
  Found find(std::string_view path, std::span<const std::string> folders) const;

 private:
  struct Entry {
    const std::string* folder;
    const std::string* name;
  };
  const FileTree& tree_;
  std::unordered_map<std::string_view, std::vector<Entry>> by_stem_;
};

/// "a/b.png" gives "a/b"; a name without an image's ending stays whole.
std::string_view image_stem_of(std::string_view name);

/// "%20" becomes a space. What is no escape stays as it is.
std::string percent_decoded(std::string_view text);

}  // namespace signpost
