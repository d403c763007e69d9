#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/csv.h"
#include "source/format.h"

namespace signpost {

/// One row of a CSV that lists images.
struct ManifestRow {
  std::string file;  ///< as it stands there
  std::optional<int> width, height;
  Annotation annotation;
};

/// The columns of a CSV that lists images, found by the names that people give them. Case,
/// underscores, dots and spaces in names do not count.
///
///   file      file_name, file, path, image, image_path; the one column that must be there
///   class     class_id, label, class, category, class_name: digits are an id, words a name
///   box       x1 y1 x2 y2, xmin ymin xmax ymax, Roi.X1 …, left top right bottom: half-open
///   size      width, height: of the image
///   others    group or track, frame, split, and `signpost`: what own_fields() wrote
///
/// Any other column is kept as text in the sample's field "csv".
class ManifestColumns {
 public:
  explicit ManifestColumns(const std::vector<std::string>& header);

  bool names_files() const { return file_ != kNone; }
  bool names_classes() const { return class_ != kNone; }

  /// What the row says; `annotation.wrong` if it is not sound.
  ManifestRow row(const std::vector<std::string>& fields) const;

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t count_ = 0, file_ = kNone, class_ = kNone, width_ = kNone, height_ = kNone,
              group_ = kNone, frame_ = kNone, split_ = kNone, own_ = kNone;
  std::vector<std::size_t> box_;
  std::vector<std::pair<std::size_t, std::string>> others_;
};

/// The rows of a CSV file, parsed; `name` stands in messages. Throws Error{input} if the header
/// names no file column.
std::vector<ManifestRow> read_manifest(std::string_view text, const std::string& name);

/// A path out of a file of annotations, taken from `folder`: "a/./b/../c.png" in "set" gives
/// "set/a/c.png". Backslashes are slashes. Empty if it is absolute or leads out of the tree.
std::string path_within(std::string_view folder, std::string_view path);

}  // namespace signpost
