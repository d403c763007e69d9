#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/archive.h"
#include "sample/record_source.h"

namespace signpost {

/// The records of a folder that `pack` wrote: the KEY.json members of its shards, read in place.
class PackedSource : public RecordSource {
 public:
  /// Throws Error{input} if the folder has no sound dataset.json or lacks a shard that it names.
  explicit PackedSource(const std::filesystem::path& folder);
  bool next(std::string_view& text) override;
  std::uint64_t place() const override;
  std::string where() const override;
  void end_reading() override {}
  void read_at(std::uint64_t place, std::string& text) const override;
  std::string history() const override { return history_; }

 private:
  std::vector<std::filesystem::path> paths_;
  std::vector<std::unique_ptr<const Archive>> shards_;
  std::string history_;
  std::size_t shard_ = 0, member_ = 0;  ///< the record last read, and one behind its member
  Bytes buffer_;
};

/// The records at `path`: a folder that `pack` wrote, or an NDJSON manifest ("-": standard input).
std::unique_ptr<RecordSource> open_records(const std::string& path);

}  // namespace signpost
