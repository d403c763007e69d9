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

  /// What the file says beyond image and box: id (empty: made from the image's path and `key`; a
  /// group is made only together with an id), label (where the file holds a class id of ours),
  /// group, frame, split, extra. `image`, `width`, `height`, `roi` and `sha256` are left to whoever
  /// reads the image.
  Sample sample;
  std::string key;         ///< tells it from the others of its image; empty where there is but one
  std::string class_name;  ///< the class as the file calls it; empty where sample.label is set or
                           ///< where there is no label
  std::optional<Box> box;  ///< nothing: the whole image
  bool relative = false;   ///< the box is in shares of the image's width and height
  std::string where;       ///< FILE:LINE, or FILE and the entry's name, for messages
  std::string wrong;       ///< why it must be rejected, and what to do; empty if it is sound
  std::string text;        ///< the entry as it stands in the file, for the rejects; may be empty
};

/// An archive that lies inside the tree that is being read: a shard of WebDataset.
struct InnerArchive {
  std::string reference;  ///< "FOLDER/shard-000000.tar"
  Archive archive;
};

/// An image with all that is known of it.
struct AnnotatedImage {
  std::string folder, name;          ///< in the tree that is being read, or in `inner`
  std::optional<int> width, height;  ///< as the file claims; checked against the image
  std::vector<Annotation> annotations;
  /// What ids are made from: the image's path without its extension, from the top of the data set,
  /// so that it does not depend on where the data set lies. Empty: the path in the tree, less the
  /// folders that all of the tree's files have in common.
  std::string stem;
  std::shared_ptr<const InnerArchive> inner;  ///< null: the image is a file of the tree itself
};

/// What stands for a file of annotations that cannot be read: an image with one wrong annotation,
/// so that messages come in the order of the files.
AnnotatedImage wrong_file(const std::string& reference, const std::exception& error);

/// Walks over the annotated images of one data set. Not thread-safe.
class AnnotationReader {
 public:
  virtual ~AnnotationReader() = default;
  /// False at the end. What is wrong with one entry travels in `Annotation::wrong`; what is wrong
  /// with a whole file of annotations is a wrong_file(), or goes to the Rejects that the reader was
  /// opened with before the first call returns.
  virtual bool next(AnnotatedImage& image) = 0;
};

/// An image of a data set that is being written: its file stands in the data set's folder already.
struct ExportedImage {
  std::string file;  ///< relative to the folder, with '/'
  int width = 0, height = 0;
  /// Every sample that is cut from this image; `roi` is in its pixels. Labels may be missing.
  std::vector<Sample> samples;
};

/// What a format asks of the images and samples that it is given.
struct ExportLayout {
  /// Samples that share a stored image come as one ExportedImage; else each has a file of its own.
  bool shared_images = true;
  bool needs_labels = false;  ///< a sample without a label cannot be written
  bool needs_images =
      false;  ///< the layout of the files says something: `--images none` is refused
  /// File name extensions that the format's own tools read, from ppm, png, jpg and webp, the first
  /// being what others are converted to. Empty: all of them.
  std::vector<std::string_view> image_types;
};

/// Writes the annotations of one data set. Not thread-safe.
class AnnotationWriter {
 public:
  virtual ~AnnotationWriter() = default;
  /// Where the pixels of a sample go, relative to the data set's folder, without an extension:
  /// "images/gtsrb_train_00014_00023_00013". Different ids give different stems.
  virtual std::string image_stem(const Sample& sample) const = 0;
  virtual ExportLayout layout() const { return {}; }
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
  /// Null: read_gtsrb reads it.
  std::unique_ptr<AnnotationReader> (*open)(const FileTree& tree, Rejects& rejects);
  /// Annotations go into files in `folder`. Null: the format is only read.
  std::unique_ptr<AnnotationWriter> (*create)(const std::filesystem::path& folder,
                                              std::span<const ExportedClass> classes);
};

/// All formats, in the order in which --help lists them.
std::span<const Format> formats();

/// The format of that name. Throws Error{usage} that lists the names.
const Format& format_named(std::string_view name);

/// The one format that plainly is the tree's; a folder of class folders only where nothing else
/// fits. Throws Error{input} where none or several fit, and says which to choose from.
const Format& guess_format(const FileTree& tree);

/// "gtsrb, coco, yolo": those that can be read, or those that can be written.
std::string format_names(bool written);

/// A sample's id as a file name without extension. Different ids give different stems: '/' becomes
/// '-', and whatever is neither a letter, a digit, '_', '+' nor beyond ASCII becomes '=' and two
/// hexadecimal digits, so that no id can name a folder or another place. Long ids end in a hash.
std::string stem_of_id(std::string_view id);

/// What signpost knows of a sample and an annotation file has no place for (id, group, frame,
/// split, fields of others) as one JSON object.
std::string own_fields(const Sample& sample);

/// Sets in `sample` what such an object holds, and leaves the rest. Returns what is wrong with it,
/// or an empty string.
std::string apply_own_fields(std::string_view json, Sample& sample);

/// Makes line ends spaces. JSON has them between its tokens only, and a record is one line.
void put_on_one_line(std::string& json);

/// Takes the member of that name out of `extra`, a sample's unknown fields, and returns its value
/// as JSON text; empty if there is none.
std::string take_field(std::string& extra, std::string_view name);

/// For a sample whose operations have been executed: what told of the pixels before (image, size,
/// ROI, hash, operations) goes into the field "rendered_from", and the sample stands for the whole
/// of a new image.
void set_rendered(Sample& sample);

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
bool is_csv(const FileTree& tree);
std::unique_ptr<AnnotationReader> open_csv(const FileTree& tree, Rejects& rejects);
std::unique_ptr<AnnotationWriter> create_csv(const std::filesystem::path& folder,
                                             std::span<const ExportedClass> classes);
bool is_gtsrb(const FileTree& tree);
std::unique_ptr<AnnotationWriter> create_gtsrb(const std::filesystem::path& folder,
                                               std::span<const ExportedClass> classes);
bool is_webdataset(const FileTree& tree);
std::unique_ptr<AnnotationReader> open_webdataset(const FileTree& tree, Rejects& rejects);

}  // namespace signpost
