#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "sample/catalogue.h"
#include "sample/sample.h"
#include "source/webdataset.h"

namespace signpost {

/// What FOLDER/dataset.json says about a packed data set: docs/commands/pack.md describes the file.
/// Memory by classes and recipes, not by samples. Not thread-safe.
class DatasetSummary {
 public:
  /// `ops` are those of the sample.
  void add(const Sample& sample, const std::vector<Op>& ops);

  std::uint64_t samples() const { return samples_; }

  /// The text of the file. `stream_sha256` is the digest of all records, a newline behind each,
  /// without their history; `history` is JSON as `History::json` gives it.
  std::string json(const Catalogue& catalogue, const std::string& catalogue_name,
                   const std::string& stream_sha256, const std::string& history,
                   const std::vector<ShardWriter::Shard>& shards) const;

 private:
  /// Samples in train, val, test and on no side.
  using Sides = std::array<std::uint64_t, 4>;
  using RecipeUse = std::tuple<std::string, std::string, std::uint64_t>;  ///< name, digest, seed

  std::uint64_t samples_ = 0;
  std::map<std::optional<int>, Sides> classes_;
  std::map<RecipeUse, std::uint64_t> recipes_;
};

}  // namespace signpost
