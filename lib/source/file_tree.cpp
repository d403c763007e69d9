#include "source/file_tree.h"

#include <algorithm>

#include "base/error.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

/// True for a link to a folder that it stands in, which would be walked for ever.
bool leads_back(const fs::path& root, const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_symlink(fs::symlink_status(folder, ignored))) return false;
  for (fs::path above = folder.parent_path();; above = above.parent_path()) {
    if (fs::equivalent(above, folder, ignored)) return true;
    if (above == root || above.empty() || above == above.parent_path()) return false;
  }
}

}  // namespace

std::string join_path(std::string_view folder, std::string_view name) {
  std::string joined(folder);
  if (!joined.empty() && joined.back() != '/') joined += '/';
  joined += name;
  return joined;
}

FileTree::FileTree(const std::string& path) : path_(path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) throw Error(Blame::input, path + ": does not exist");
  if (!fs::is_directory(status)) {
    archive_ = std::make_unique<Archive>(path);
    for (const Archive::Member& member : archive_->members()) {
      const std::size_t slash = member.name.rfind('/');
      const bool top = slash == std::string::npos;
      folders_[top ? "" : member.name.substr(0, slash)].push_back(
          top ? member.name : member.name.substr(slash + 1));
    }
  } else {
    const fs::path root(path);
    auto entry = fs::recursive_directory_iterator(
        root, fs::directory_options::follow_directory_symlink, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      if (entry->is_directory(error) && leads_back(root, entry->path())) {
        entry.disable_recursion_pending();
      }
      if (!entry->is_regular_file(error)) continue;
      const fs::path& file = entry->path();
      std::string folder = file.parent_path().lexically_relative(root).string();
      if (folder == ".") folder.clear();
      folders_[folder].push_back(file.filename().string());
    }
    if (error) throw Error(Blame::input, path + ": cannot be listed: " + error.message());
  }
  for (auto& [folder, names] : folders_) {
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
  }
}

std::string FileTree::reference(std::string_view folder, std::string_view name) const {
  const std::string inside = join_path(folder, name);
  return archive_ ? path_ + "!" + inside : join_path(path_, inside);
}

void FileTree::read(std::string_view folder, std::string_view name, Bytes& buffer) const {
  if (!archive_) {
    read_regular_file(reference(folder, name), buffer);
    return;
  }
  const Archive::Member* member = archive_->find(join_path(folder, name));
  if (!member)
    throw Error(Blame::input, reference(folder, name) + ": no such member in the archive");
  archive_->read(*member, buffer);
}

}  // namespace signpost
