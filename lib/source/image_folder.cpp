#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "source/format.h"
#include "source/manifest.h"
#include "source/text_fields.h"

// Folders named after classes, as torchvision's ImageFolder and Hugging Face's have them, perhaps
// below train, val and test; and Hugging Face's metadata.csv with the column file_name, relative to
// the folder that it stands in (https://huggingface.co/docs/datasets/image_dataset). What a row
// says goes before what the folders say.

namespace signpost {
namespace {

/// The folder that holds the class folders, or the folders train, val and test above them.
std::string root_of(const FileTree& tree) {
  std::vector<std::string_view> folders;
  for (const auto& [folder, names] : tree.folders()) {
    if (std::ranges::any_of(names, names_image)) folders.push_back(folder);
  }
  std::string root = common_folder(folders);
  if (std::ranges::find(folders, root) != folders.end()) root = parent_part(root);
  if (!split_of(last_part(root)).empty()) root = parent_part(root);
  return root;
}

class ImageFolderReader : public AnnotationReader {
 public:
  ImageFolderReader(const FileTree& tree, Rejects& rejects)
      : tree_(tree), rejects_(rejects), root_(root_of(tree)), folder_(tree.folders().begin()) {
    for (const auto& [folder, names] : tree.folders()) {
      if (std::ranges::find(names, "metadata.csv") != names.end()) read_metadata(folder);
    }
  }

  bool next(AnnotatedImage& image) override {
    while (folder_ != tree_.folders().end()) {
      const auto& [folder, names] = *folder_;
      while (at_ < names.size() && !names_image(names[at_])) ++at_;
      if (at_ < names.size()) {
        fill(folder, names[at_++], image);
        return true;
      }
      at_ = 0;
      ++folder_;
    }
    // Rows whose images are not there.
    if (rows_.empty()) return false;
    auto left = rows_.extract(rows_.begin());
    image = {};
    image.folder = parent_part(left.key());
    image.name = last_part(left.key());
    for (ManifestRow& row : left.mapped()) {
      if (row.annotation.wrong.empty())
        row.annotation.wrong = left.key() + " is not there; restore it or remove the row";
      image.annotations.push_back(std::move(row.annotation));
    }
    return true;
  }

 private:
  void read_metadata(const std::string& folder) {
    Bytes bytes;
    const std::string name = tree_.reference(folder, "metadata.csv");
    try {
      tree_.read(folder, "metadata.csv", bytes);
      for (ManifestRow& row : read_manifest(as_text(bytes), name)) {
        std::string path = path_within(folder, row.file);
        if (path.empty() && row.annotation.wrong.empty())
          row.annotation.wrong = "the file name leads out of the data set; correct the row";
        rows_[path].push_back(std::move(row));
      }
    } catch (const Error& error) {
      const std::string_view what = error.what();
      rejects_.add(name, what.substr(what.starts_with(name) ? name.size() + 2 : 0));
    }
  }

  void fill(const std::string& folder, const std::string& name, AnnotatedImage& image) {
    image = {};
    image.folder = folder;
    image.name = name;
    const std::string path = join_path(folder, name);
    std::string_view inside = path;
    if (!root_.empty()) inside.remove_prefix(root_.size() + 1);
    image.stem = without_extension(inside);
    std::string_view split;
    if (const std::size_t slash = inside.find('/'); slash != std::string_view::npos) {
      split = split_of(inside.substr(0, slash));
      if (!split.empty()) inside.remove_prefix(slash + 1);
    }
    const std::size_t slash = inside.find('/');
    const std::string_view class_folder =
        slash == std::string_view::npos ? std::string_view() : inside.substr(0, slash);
    if (auto found = rows_.extract(path); !found.empty()) {
      for (ManifestRow& row : found.mapped()) {
        image.width = row.width;
        image.height = row.height;
        image.annotations.push_back(std::move(row.annotation));
      }
    } else if (!class_folder.empty()) {
      image.annotations.emplace_back().where = tree_.reference(folder, name);
    }
    for (Annotation& annotation : image.annotations) {
      if (annotation.class_name.empty()) annotation.class_name = class_folder;
      if (annotation.sample.split.empty()) annotation.sample.split = split;
    }
  }

  const FileTree& tree_;
  Rejects& rejects_;
  std::string root_;
  std::map<std::string, std::vector<std::string>>::const_iterator folder_;
  std::size_t at_ = 0;
  std::map<std::string, std::vector<ManifestRow>> rows_;  ///< by the image's path in the tree
};

}  // namespace

bool is_image_folder(const FileTree& tree) {
  const std::string root = root_of(tree);
  return std::ranges::any_of(tree.folders(), [&](const auto& entry) {
    const auto& [folder, names] = entry;
    return std::ranges::binary_search(names, "metadata.csv") ||
           (folder != root && std::ranges::any_of(names, names_image));
  });
}

std::unique_ptr<AnnotationReader> open_image_folder(const FileTree& tree, Rejects& rejects) {
  if (!std::ranges::any_of(tree.folders(), [](const auto& entry) {
        return std::ranges::any_of(entry.second, names_image);
      })) {
    throw Error(Blame::input, tree.path() + ": holds no images");
  }
  return std::make_unique<ImageFolderReader>(tree, rejects);
}

}  // namespace signpost
