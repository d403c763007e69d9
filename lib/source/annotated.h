#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/rejects.h"
#include "sample/sample.h"
#include "source/class_names.h"
#include "source/format.h"

namespace signpost {

struct AnnotatedOptions {
  const ClassNames* classes = nullptr;  ///< required
  bool clip_boxes = false;              ///< a box that leaves its image is cut, not rejected
  bool unlabelled = false;            ///< an image without a sign becomes a sample without a label
  bool skip_unknown_classes = false;  ///< such signs are counted, not rejected
  int jobs = 0;
  /// Called from one thread at a time with the number of images read since the last call.
  std::function<void(std::uint64_t images)> on_images;
};

struct AnnotatedCounts {
  std::uint64_t samples = 0;
  std::uint64_t images = 0;           ///< that gave a sample
  std::uint64_t without_signs = 0;    ///< images that were passed over
  std::uint64_t unknown_classes = 0;  ///< signs that were passed over
  AnnotatedCounts& operator+=(const AnnotatedCounts& other);
};

/// Reads a data set through the reader of its format and makes one sample of each sign.
///
/// Each image is read whole and hashed, and its header is checked; a size that the annotations
/// claim must be the image's. A box is rounded to the nearest pixel on each side. A box that leaves
/// the image by less than a pixel is cut at its edge, one that leaves it further is rejected (but
/// see `clip_boxes`), and so is one of no size, and the second of two signs of an image that have
/// one box.
///
/// A sample without an id of its own is called FORMAT/STEM, or FORMAT/STEM/KEY where its image
/// holds several (KEY is the reader's, or the place among them, from 1); a sample without a group
/// gets FORMAT/STEM, that is, its image: all signs of a scene then stand on one side of a split.
/// What is wrong goes to `rejects`, in order; so does a second sample of one id. Samples come in
/// the reader's order at any number of jobs. `emit` is called from one thread at a time.
AnnotatedCounts read_annotated(const Format& format, const FileTree& tree,
                               const AnnotatedOptions& options, Rejects& rejects,
                               const std::function<void(const Sample&)>& emit);

/// The annotated box in whole pixels of a width x height image. Returns nothing and says in
/// `wrong` what is the matter.
std::optional<Roi> pixel_box(const Annotation::Box& box, int width, int height, bool clip,
                             std::string& wrong);

}  // namespace signpost
