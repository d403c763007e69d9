#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/rejects.h"
#include "sample/sample.h"
#include "source/file_tree.h"

namespace signpost {

/// One sign in an image, as an annotation file tells of it.
struct Annotation {
  /// A box in pixels of the image, x1 <= x < x2; files of other tools hold fractions of pixels.
  struct Box {
    double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
  };

  /// What the file says beyond image and box: id (empty: made from the image's path and `key`),
  /// label (where the file holds a class id of ours), group, frame, split, extra. `image`, `width`,
  /// `height`, `roi` and `sha256` are left to whoever reads the image.
  Sample sample;
  std::string key;         ///< tells it from the others of its image; empty where there is but one
  std::string class_name;  ///< the class as the file calls it; empty where sample.label is set or
                           ///< where there is no label
  std::optional<Box> box;  ///< nothing: the whole image
  std::string where;       ///< FILE:LINE, or FILE and the entry's name, for messages
  std::string wrong;       ///< why it must be rejected, and what to do; empty if it is sound
  std::string text;        ///< the entry as it stands in the file, for the rejects; may be empty
};

/// An image with all that is known of it.
struct AnnotatedImage {
  std::string folder, name;          ///< in the tree that is being read
  std::optional<int> width, height;  ///< as the file claims; checked against the image
  std::vector<Annotation> annotations;
};

/// Walks over the annotated images of one data set. Not thread-safe.
class AnnotationReader {
 public:
  virtual ~AnnotationReader() = default;
  /// False at the end. What is wrong with one entry travels in `Annotation::wrong`; what is wrong
  /// with a whole file of annotations goes to the Rejects that the reader was opened with.
  virtual bool next(AnnotatedImage& image) = 0;
};

/// An image of a data set that is being written: its file stands in the data set's folder already.
struct ExportedImage {
  std::string file;  ///< relative to the folder, with '/'
  int width = 0, height = 0;
  /// Every sample that is cut from this image; `roi` is in its pixels. Labels may be missing.
  std::vector<Sample> samples;
};

/// Writes the annotations of one data set. Not thread-safe.
class AnnotationWriter {
 public:
  virtual ~AnnotationWriter() = default;
  /// Where the pixels of a sample go, relative to the data set's folder, without an extension:
  /// "images/gtsrb_train_00014_00023_00013". Different ids give different stems.
  virtual std::string image_stem(const Sample& sample) const = 0;
  /// Called once for each image, in the order of the stream.
  virtual void add(const ExportedImage& image) = 0;
  /// Writes what stands at the end.
  virtual void finish() = 0;
};

/// The names of a catalogue's classes, for writers. `index` is the place of a class in a list
/// without gaps, as YOLO and Datumaro number them; `name` is the English name.
struct ExportedClass {
  int id = 0;
  std::size_t index = 0;
  std::string name;
};

/// A data set format that `ingest` reads and `export` writes.
///
/// Nothing is lost on the way. What signpost knows and the format has no place for (id, group,
/// frame, split, other fields) is written as one JSON object `signpost` where the format allows
/// fields of one's own, and read back from there. Fields of the format that signpost has no meaning
/// for are kept in the sample's `extra` under the format's name (`"coco":{"iscrowd":0,…}`) and
/// written back by that format's writer.
struct Format {
  std::string_view name;     ///< "coco", as --from and --to take it
  std::string_view summary;  ///< one line for --help
  /// True if the tree is plainly of this format. Null: never guessed.
  bool (*recognises)(const FileTree& tree);
  /// Throws Error{input} if the tree holds nothing of this format. The tree outlives the reader.
  std::unique_ptr<AnnotationReader> (*open)(const FileTree& tree, Rejects& rejects);
  /// Annotations go into files in `folder`. Null: the format is only read.
  std::unique_ptr<AnnotationWriter> (*create)(const std::filesystem::path& folder,
                                              std::span<const ExportedClass> classes);
};

/// All formats that are read through AnnotationReader, in the order in which they are guessed.
std::span<const Format> formats();

// One pair of functions a format, each in its own file.
bool is_coco(const FileTree& tree);
std::unique_ptr<AnnotationReader> open_coco(const FileTree& tree, Rejects& rejects);
std::unique_ptr<AnnotationWriter> create_coco(const std::filesystem::path& folder,
                                              std::span<const ExportedClass> classes);
bool is_voc(const FileTree& tree);
std::unique_ptr<AnnotationReader> open_voc(const FileTree& tree, Rejects& rejects);
std::unique_ptr<AnnotationWriter> create_voc(const std::filesystem::path& folder,
                                             std::span<const ExportedClass> classes);
bool is_cvat(const FileTree& tree);
std::unique_ptr<AnnotationReader> open_cvat(const FileTree& tree, Rejects& rejects);
std::unique_ptr<AnnotationWriter> create_cvat(const std::filesystem::path& folder,
                                              std::span<const ExportedClass> classes);
bool is_label_studio(const FileTree& tree);
std::unique_ptr<AnnotationReader> open_label_studio(const FileTree& tree, Rejects& rejects);
std::unique_ptr<AnnotationWriter> create_label_studio(const std::filesystem::path& folder,
                                                      std::span<const ExportedClass> classes);
bool is_datumaro(const FileTree& tree);
std::unique_ptr<AnnotationReader> open_datumaro(const FileTree& tree, Rejects& rejects);
std::unique_ptr<AnnotationWriter> create_datumaro(const std::filesystem::path& folder,
                                                  std::span<const ExportedClass> classes);
bool is_yolo(const FileTree& tree);
std::unique_ptr<AnnotationReader> open_yolo(const FileTree& tree, Rejects& rejects);
std::unique_ptr<AnnotationWriter> create_yolo(const std::filesystem::path& folder,
                                              std::span<const ExportedClass> classes);
bool is_image_folder(const FileTree& tree);
std::unique_ptr<AnnotationReader> open_image_folder(const FileTree& tree, Rejects& rejects);
std::unique_ptr<AnnotationWriter> create_image_folder(const std::filesystem::path& folder,
                                                      std::span<const ExportedClass> classes);
bool is_gtsdb(const FileTree& tree);
std::unique_ptr<AnnotationReader> open_gtsdb(const FileTree& tree, Rejects& rejects);
std::unique_ptr<AnnotationWriter> create_gtsdb(const std::filesystem::path& folder,
                                               std::span<const ExportedClass> classes);
bool is_webdataset(const FileTree& tree);
std::unique_ptr<AnnotationReader> open_webdataset(const FileTree& tree, Rejects& rejects);

}  // namespace signpost
