#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "source/format.h"
#include "source/json.h"

namespace signpost {

// What the readers and writers of other tools' annotation files share.

/// A file of annotations in a tree.
struct AnnotationFile {
  std::string folder, name;
  std::string split;  ///< of what it annotates, unless the file itself says otherwise; may be empty
  std::string wrong;  ///< why all that it annotates is rejected; empty if nothing is wrong
  /// Where the image that it names is missing, the one of its own stem is taken.
  bool image_by_stem = false;
  /// "1a2b3c4d-a.png" may stand for a.png, as Label Studio renames what is uploaded.
  bool upload_names = false;
};

/// Parses the text of one file. `file` stands in messages. The reader that comes back gives paths
/// as they stand in the text: `folder` is empty and `name` is the path. Throws Error{input} that
/// names `file` if the text is not of the format.
using AnnotationParser = std::unique_ptr<AnnotationReader> (*)(Bytes text, const std::string& file);

/// Reads all `files`, in order, one in memory at a time, and finds their images in the tree: beside
/// the file, in folders that are named like it (images/train for annotations/train.json), or
/// wherever there is only one that fits. A file that cannot be read becomes a single wrong
/// annotation, so that messages come in one order. A second annotation with the same id of ours,
/// as copying a box in a tool gives, keeps its group and loses the id and the frame.
std::unique_ptr<AnnotationReader> read_annotation_files(const FileTree& tree,
                                                        std::vector<AnnotationFile> files,
                                                        AnnotationParser parse);

/// The JSON files of a tree in whose beginning `fits` finds its format, by path. The beginning is
/// the fields of the top level, as far as 64 KiB reach, each with the first character of its value;
/// of a list, the fields of its first element, behind one with an empty name. `at_most` files are
/// looked into.
using JsonBeginning = std::vector<std::pair<std::string, char>>;
std::vector<AnnotationFile> find_json_files(const FileTree& tree,
                                            const std::function<bool(const JsonBeginning&)>& fits,
                                            std::size_t at_most = static_cast<std::size_t>(-1));
JsonBeginning json_beginning(std::string_view text);

/// The first 64 KiB of a file; empty if it cannot be read.
std::string beginning_of(const FileTree& tree, std::string_view folder, std::string_view name);

/// Text that is written in pieces and then copied into its place in another file: lists that grow
/// side by side and may be larger than the memory. Its file takes room in `folder` but has no name
/// there, so nothing is left of it.
class Spool {
 public:
  Spool(const std::filesystem::path& folder, const std::string& name);
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  ~Spool();
  /// Appends an element of a list: a comma and a line end stand between two.
  void add_element(std::string_view text);
  void add(std::string_view text);
  /// Called once, at the end.
  void copy_to(OutputFile& out);

 private:
  std::filesystem::path path_;
  std::string buffer_;
  std::FILE* file_ = nullptr;
  bool first_ = true;
  void flush();
};

/// The name of the class of a sample, or `unlabelled`; an id that `classes` does not hold as
/// digits.
std::string class_name_of(const Sample& sample, std::span<const ExportedClass> classes);

/// The groups of an image's samples that share a subset_name(), in the order of their first sample.
std::vector<std::pair<std::string, std::vector<const Sample*>>> by_split(
    const ExportedImage& image);

}  // namespace signpost
