#include "source/file_tree.h"

#include <algorithm>

#include "base/error.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

/// "jpg" for "a.JPG".
std::string extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string() : lower(name.substr(dot + 1));
}

bool any_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool holds_annotations(std::string_view name) {
  return any_of(extension_of(name), {"csv", "json", "jsonl", "txt", "xml", "yaml", "yml"});
}

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

bool names_image(std::string_view name) {
  return any_of(extension_of(name), {"ppm", "pgm", "png", "jpg", "jpeg", "webp"});
}

std::string_view without_extension(std::string_view name) {
  const std::size_t dot = name.rfind('.'), slash = name.rfind('/');
  const std::size_t first = slash == std::string_view::npos ? 0 : slash + 1;
  return dot == std::string_view::npos || dot <= first ? name : name.substr(0, dot);
}

std::string common_folder(const std::vector<std::string_view>& folders) {
  if (folders.empty()) return {};
  std::string_view common = folders.front();
  for (const std::string_view folder : folders) {
    while (!common.empty() && folder != common &&
           !(folder.starts_with(common) && folder[common.size()] == '/')) {
      const std::size_t slash = common.rfind('/');
      common = slash == std::string_view::npos ? std::string_view() : common.substr(0, slash);
    }
  }
  return std::string(common);
}

std::string_view split_of(std::string_view word) {
  const std::string folded = lower(word);
  if (any_of(folded, {"train", "training"})) return "train";
  if (any_of(folded, {"val", "valid", "validation", "dev"})) return "val";
  if (any_of(folded, {"test", "testing", "eval"})) return "test";
  return {};
}

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
  const bool one_file = fs::is_regular_file(status) && holds_annotations(path);
  if (one_file) path_ = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : ".";
  if (!fs::is_directory(status) && !one_file) {
    archive_ = std::make_unique<Archive>(path);
    for (const Archive::Member& member : archive_->members()) {
      const std::size_t slash = member.name.rfind('/');
      const bool top = slash == std::string::npos;
      folders_[top ? "" : member.name.substr(0, slash)].push_back(
          top ? member.name : member.name.substr(slash + 1));
    }
  } else {
    const fs::path root(path_), only(path);
    auto entry = fs::recursive_directory_iterator(
        root, fs::directory_options::follow_directory_symlink, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      if (entry->is_directory(error) && leads_back(root, entry->path())) {
        entry.disable_recursion_pending();
      }
      if (!entry->is_regular_file(error)) continue;
      const fs::path& file = entry->path();
      if (one_file && file.extension() == only.extension() && file != root / only.filename())
        continue;
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
