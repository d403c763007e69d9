#include "source/annotation_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <unordered_set>

#include "base/error.h"
#include "source/box_fields.h"
#include "source/image_index.h"

namespace signpost {
namespace {

constexpr std::size_t kBeginning = std::size_t{64} << 10;

std::string_view parent_of(std::string_view folder) {
  const std::size_t slash = folder.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : folder.substr(0, slash);
}

/// Where the images of an annotation file may lie, the likeliest first.
std::vector<std::string> image_folders(const AnnotationFile& file) {
  std::string stem = file.name.substr(0, file.name.rfind('.'));
  if (stem.starts_with("instances_")) stem.erase(0, 10);
  const std::string parent(parent_of(file.folder));
  std::vector<std::string> folders;
  for (const std::string& base : {parent, file.folder}) {
    folders.push_back(join_path(join_path(base, "images"), stem));
    folders.push_back(join_path(base, stem));
    folders.push_back(join_path(base, "images"));
    folders.push_back(join_path(base, "JPEGImages"));
    folders.push_back(base);
  }
  return folders;
}

/// "upload/1/1a2b3c4d-a.png" gives "a.png"; anything else nothing.
std::string name_before_upload(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  const bool renamed =
      name.size() > 9 && name[8] == '-' &&
      name.substr(0, 8).find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return std::string(renamed ? name.substr(9) : std::string_view());
}

class FilesReader : public AnnotationReader {
 public:
  FilesReader(const FileTree& tree, std::vector<AnnotationFile> files, AnnotationParser parse)
      : tree_(tree), index_(tree), files_(std::move(files)), parse_(parse) {}

  bool next(AnnotatedImage& image) override {
    for (;;) {
      image = {};
      if (current_ && current_->next(image)) {
        place(image);
        return true;
      }
      current_.reset();
      if (at_ == files_.size()) return false;
      if (!open(files_[at_++], image)) return true;
    }
  }

 private:
  /// False if the file is wrong as a whole; `image` then says so.
  bool open(const AnnotationFile& file, AnnotatedImage& image) {
    file_ = &file;
    folders_ = image_folders(file);
    const std::string reference = tree_.reference(file.folder, file.name);
    try {
      Bytes bytes;
      tree_.read(file.folder, file.name, bytes);
      current_ = parse_(std::move(bytes), reference);
      return true;
    } catch (const Error& error) {
      const std::string_view what = error.what();
      const std::size_t named = what.starts_with(reference + ": ") ? reference.size() + 2 : 0;
      Annotation& annotation = image.annotations.emplace_back();
      annotation.where = reference;
      annotation.wrong = what.substr(named);
      return false;
    }
  }

  /// Finds the image in the tree and completes its annotations.
  void place(AnnotatedImage& image) {
    for (Annotation& annotation : image.annotations) {
      if (annotation.sample.split.empty()) {
        annotation.sample.split = file_->split;
        if (annotation.wrong.empty()) annotation.wrong = file_->wrong;
      }
      forget_copied_id(annotation.sample);
    }
    complete_keys(image);
    const bool all_wrong = !image.annotations.empty() &&
                           std::all_of(image.annotations.begin(), image.annotations.end(),
                                       [](const Annotation& a) { return !a.wrong.empty(); });
    if (all_wrong && image.name.empty()) return;
    const ImageIndex::Found found = find(image.name);
    image.folder = found.folder;
    image.name = found.name;
    if (found.wrong.empty()) return;
    if (image.annotations.empty()) {
      image.annotations.emplace_back().where = tree_.reference(file_->folder, file_->name);
    }
    for (Annotation& annotation : image.annotations) {
      if (annotation.wrong.empty()) annotation.wrong = found.wrong;
    }
  }

  ImageIndex::Found find(std::string_view path) const {
    ImageIndex::Found found = index_.find(path, folders_);
    std::string other;
    if (file_->image_by_stem) other = file_->name.substr(0, file_->name.rfind('.'));
    if (file_->upload_names) other = name_before_upload(path);
    if (found.wrong.empty() || other.empty()) return found;
    ImageIndex::Found by_other = index_.find(other, folders_);
    return by_other.wrong.empty() ? by_other : found;
  }

  void forget_copied_id(Sample& sample) {
    if (sample.id.empty() || ids_.insert(std::hash<std::string>()(sample.id)).second) return;
    sample.id.clear();
    sample.frame.reset();
  }

  const FileTree& tree_;
  ImageIndex index_;
  std::vector<AnnotationFile> files_;
  AnnotationParser parse_;
  std::size_t at_ = 0;
  const AnnotationFile* file_ = nullptr;
  std::vector<std::string> folders_;
  std::unique_ptr<AnnotationReader> current_;
  std::unordered_set<std::size_t> ids_;  // eight bytes for each sample that was ours
};

}  // namespace

std::unique_ptr<AnnotationReader> read_annotation_files(const FileTree& tree,
                                                        std::vector<AnnotationFile> files,
                                                        AnnotationParser parse) {
  return std::make_unique<FilesReader>(tree, std::move(files), parse);
}

JsonBeginning json_beginning(std::string_view text) {
  JsonBeginning beginning;
  std::size_t at = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
  const auto skip_space = [&] {
    while (at < text.size() && static_cast<unsigned char>(text[at]) <= ' ') ++at;
  };
  skip_space();
  int level = 1;
  if (at < text.size() && text[at] == '[') {
    beginning.emplace_back("", '[');
    level = 2;
  }
  std::string key;
  bool expects_key = false;
  for (int depth = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '{' || c == '[') {
      ++depth;
      if (c == '{' && depth == level) expects_key = true;
    } else if (c == '}' || c == ']') {
      if (depth-- <= level) break;
    } else if (c == ',' && depth == level) {
      expects_key = true;
    } else if (c == '"') {
      const std::size_t from = ++at;
      while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
      if (at >= text.size()) break;
      if (depth != level || !expects_key) continue;
      key = text.substr(from, at - from);
      ++at;
      skip_space();
      if (at >= text.size() || text[at] != ':') break;
      ++at;
      skip_space();
      beginning.emplace_back(key, at < text.size() ? text[at] : '\0');
      expects_key = false;
      --at;
    }
  }
  return beginning;
}

std::string beginning_of(const FileTree& tree, std::string_view folder, std::string_view name) {
  std::string text;
  const std::string reference = tree.reference(folder, name);
  if (std::FILE* file = std::fopen(reference.c_str(), "rb")) {
    text.resize(kBeginning);
    text.resize(std::fread(text.data(), 1, text.size(), file));
    std::fclose(file);
    return text;
  }
  try {
    Bytes bytes;
    tree.read(folder, name, bytes);
    text = as_text(bytes).substr(0, kBeginning);
  } catch (const Error&) {
    // Whoever opens the file will say what is wrong with it.
  }
  return text;
}

std::vector<AnnotationFile> find_json_files(const FileTree& tree,
                                            const std::function<bool(const JsonBeginning&)>& fits,
                                            std::size_t at_most) {
  std::vector<AnnotationFile> files;
  for (const auto& [folder, names] : tree.folders()) {
    for (const std::string& name : names) {
      if (!name.ends_with(".json") && !name.ends_with(".JSON")) continue;
      if (at_most-- == 0) return files;
      if (!fits(json_beginning(beginning_of(tree, folder, name)))) continue;
      AnnotationFile& file = files.emplace_back();
      file.folder = folder;
      file.name = name;
      file.split = split_of_name(name.substr(0, name.rfind('.')));
      if (file.split.empty()) file.split = split_of_name(folder.substr(folder.rfind('/') + 1));
    }
  }
  return files;
}

Spool::Spool(const std::filesystem::path& folder, const std::string& name)
    : path_(folder / ("." + name + ".part")), file_(std::fopen(path_.c_str(), "wb+")) {
  if (!file_) throw_errno("cannot write " + path_.string());
  std::filesystem::remove(path_);
}

Spool::~Spool() { std::fclose(file_); }

void Spool::add(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= (std::size_t{1} << 20)) flush();
}

void Spool::add_element(std::string_view text) {
  if (!first_) buffer_ += ",\n";
  first_ = false;
  add(text);
}

void Spool::flush() {
  if (std::fwrite(buffer_.data(), 1, buffer_.size(), file_) != buffer_.size())
    throw_errno("cannot write " + path_.string());
  buffer_.clear();
}

void Spool::copy_to(OutputFile& out) {
  flush();
  std::string chunk(std::size_t{1} << 20, '\0');
  if (std::fflush(file_) != 0 || std::fseek(file_, 0, SEEK_SET) != 0)
    throw_errno("cannot write " + path_.string());
  while (const std::size_t count = std::fread(chunk.data(), 1, chunk.size(), file_)) {
    out.write(std::string_view(chunk).substr(0, count));
  }
  if (std::ferror(file_)) throw_errno("cannot read " + path_.string());
}

std::string class_name_of(const Sample& sample, std::span<const ExportedClass> classes) {
  if (!sample.label) return std::string(kUnlabelled);
  for (const ExportedClass& known : classes) {
    if (known.id == *sample.label) return known.name;
  }
  return std::to_string(*sample.label);
}

std::vector<std::pair<std::string, std::vector<const Sample*>>> by_split(
    const ExportedImage& image) {
  std::vector<std::pair<std::string, std::vector<const Sample*>>> splits;
  for (const Sample& sample : image.samples) {
    const std::string name = subset_name(sample.split);
    auto found = std::find_if(splits.begin(), splits.end(),
                              [&](const auto& split) { return split.first == name; });
    if (found == splits.end()) found = splits.insert(splits.end(), {name, {}});
    found->second.push_back(&sample);
  }
  return splits;
}

}  // namespace signpost
