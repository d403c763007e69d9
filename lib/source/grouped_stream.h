#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/rejects.h"
#include "sample/stream.h"

namespace signpost {

/// A sample with the place and the text of its record.
struct Record {
  Sample sample;
  std::string where, text;
};

/// Reads a stream of samples image by image: those that are cut from one stored image, on one side
/// of the split and without operations, come together, in the place of the first. Anything else
/// comes alone.
class GroupedStream {
 public:
  /// With `group` the stream is read to its end here, and once more by `next`; memory holds some 30
  /// bytes for each sample and 60 for each image. Without it every sample comes alone.
  GroupedStream(const std::string& manifest, bool group, Rejects& rejects);

  /// False at the end. Throws Interrupted after SIGINT.
  bool next(std::vector<Record>& records);

  /// Samples in the stream, where that is known.
  std::optional<std::uint64_t> total() const;

 private:
  struct Entry {
    std::uint64_t offset;
    std::uint32_t size, next;  ///< index of the next entry of the image, or kEnd
    std::uint64_t line;
  };
  static constexpr std::uint32_t kEnd = 0xffffffff;
  void index();

  bool group_;
  SampleReader reader_;
  SampleDecoder decoder_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> images_;  ///< the first entry of each
  std::size_t at_ = 0;
};

}  // namespace signpost
