#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/file.h"
#include "source/format.h"

namespace signpost {

// Formats whose files have no room for fields of one's own (YOLO, GTSDB, GTSRB) get a file beside
// them: signpost.ndjson, a stream of samples as any other, whose images are relative to its folder.

inline constexpr std::string_view kSidecar = "signpost.ndjson";

/// Writes it. Not thread-safe.
class SidecarWriter {
 public:
  explicit SidecarWriter(const std::filesystem::path& folder) : file_(folder / kSidecar, false) {}
  void add(const ExportedImage& image);
  void finish() { file_.commit(); }

 private:
  OutputFile file_;
  std::string line_;
};

/// Gives back to annotations what their format could not hold. The annotations win: a class or a
/// box that was changed since stays changed, and a new sign gets an id of its own. Memory holds the
/// file and some 50 bytes for each image. `complete` may be called from one thread at a time.
class Sidecar {
 public:
  /// The file in `folder` of the tree, if there is one. Throws Error{input} if it cannot be read.
  Sidecar(const FileTree& tree, const std::string& folder);

  bool empty() const { return places_.empty(); }

  /// Completes the annotations of the image `file`, relative to the folder: each takes id, group,
  /// frame, split and other fields of the record whose box it has, to the pixel; the rest those of
  /// the record that they overlap most, by at least 0.3 (intersection over union). A new sign gets
  /// the image's group, if its records have but one. A box around the whole image is taken away
  /// where the record had none.
  void complete(std::string_view file, AnnotatedImage& image);

  /// The record of the only sample of an image; null if there is none.
  const Sample* only(std::string_view file);

 private:
  const std::vector<Sample>& records(std::string_view file);

  Bytes bytes_;
  std::unordered_map<std::uint64_t, std::vector<std::uint64_t>>
      places_;  ///< by image: where lines begin
  SampleDecoder decoder_;
  std::vector<Sample> found_;
};

}  // namespace signpost
