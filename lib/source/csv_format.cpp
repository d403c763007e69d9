#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "source/format.h"
#include "source/manifest.h"
#include "source/text_fields.h"

namespace signpost {
namespace {

/// How many files is_csv looks into at most.
constexpr std::size_t kLooks = 16;

bool is_csv_name(std::string_view name) { return name.ends_with(".csv") || name.ends_with(".CSV"); }

class CsvFormatReader : public AnnotationReader {
 public:
  explicit CsvFormatReader(const FileTree& tree) : tree_(tree) {
    for (const auto& [folder, names] : tree.folders()) {
      for (const std::string& name : names) {
        if (is_csv_name(name)) files_.emplace_back(folder, name);
      }
    }
    if (files_.empty()) throw Error(Blame::input, tree.path() + ": holds no CSV file");
  }

  bool next(AnnotatedImage& image) override {
    while (at_ == images_.size()) {
      if (next_file_ == files_.size()) return false;
      const auto& [folder, name] = files_[next_file_++];
      open(folder, name);
    }
    image = std::move(images_[at_++]);
    return true;
  }

 private:
  void open(const std::string& folder, const std::string& name) {
    at_ = 0;
    images_.clear();
    const std::string reference = tree_.reference(folder, name);
    const std::string_view split = split_of(without_extension(name));
    std::map<std::string, std::size_t> place;
    try {
      Bytes bytes;
      tree_.read(folder, name, bytes);
      for (ManifestRow& row : read_manifest(as_text(bytes), reference)) {
        const std::string path = path_within(folder, row.file);
        if (path.empty() && row.annotation.wrong.empty())
          row.annotation.wrong =
              fmt::format("{} leads out of {}; move the image into it, or ingest the folder above",
                          row.file, tree_.path());
        const auto [at, first] = place.emplace(path, images_.size());
        if (first) {
          AnnotatedImage& image = images_.emplace_back();
          image.folder = parent_part(path);
          image.name = last_part(path);
          image.width = row.width;
          image.height = row.height;
        }
        if (row.annotation.sample.split.empty()) row.annotation.sample.split = split;
        images_[at->second].annotations.push_back(std::move(row.annotation));
      }
    } catch (const Error& error) {
      images_.push_back(wrong_file(reference, error));
    }
  }

  const FileTree& tree_;
  std::vector<std::pair<std::string, std::string>> files_;
  std::size_t next_file_ = 0, at_ = 0;
  std::vector<AnnotatedImage> images_;
};

}  // namespace

bool is_csv(const FileTree& tree) {
  std::size_t looks = 0;
  for (const auto& [folder, names] : tree.folders()) {
    for (const std::string& name : names) {
      if (!is_csv_name(name) || name == "metadata.csv") continue;
      if (++looks > kLooks) return false;
      Bytes bytes;
      tree.read(folder, name, bytes);
      CsvReader csv(as_text(bytes));
      std::vector<std::string> header;
      if (!csv.next(header)) continue;
      const ManifestColumns columns(header);
      if (columns.names_files() && columns.names_classes()) return true;
    }
  }
  return false;
}

std::unique_ptr<AnnotationReader> open_csv(const FileTree& tree, Rejects&) {
  return std::make_unique<CsvFormatReader>(tree);
}

}  // namespace signpost
