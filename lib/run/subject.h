#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/file.h"
#include "pixels/image.h"
#include "pixels/preprocess.h"

namespace signpost {

/// One picture that is to be classified, on its way from a source to its answer. What is not known
/// is empty.
struct Subject {
  std::string where;  ///< for messages: "a.ppm", "frame 3", "standard input:7: a.ppm"
  std::string wrong;  ///< not empty: it cannot be classified, and why

  std::string file;  ///< a path or archive!member, to be read and decoded; empty for a frame
  std::optional<std::uint64_t> frame;  ///< its number in the stream, from 0
  std::optional<double> time_s;        ///< of the frame, from the stream's beginning
  std::string id, group;               ///< of the sample
  std::optional<Box> roi;              ///< where the sign is
  std::optional<int> user_label;       ///< what a person says that it is: a class id
  std::string record;                  ///< the line of the manifest, for rejects

  Image image;  ///< a frame's pixels, or what `file` was decoded to
  Bytes bytes;  ///< what `file` holds
};

/// Hands out subjects in their order. For one thread at a time.
class SubjectSource {
 public:
  SubjectSource() = default;
  SubjectSource(const SubjectSource&) = delete;
  SubjectSource& operator=(const SubjectSource&) = delete;
  virtual ~SubjectSource() = default;

  /// Nothing at the end. What is wrong with one subject stands in it; throws Error{input} where
  /// none can follow, and Interrupted after a signal.
  virtual std::optional<Subject> next() = 0;
};

}  // namespace signpost
