#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/progress.h"
#include "base/rejects.h"

namespace signpost {

struct PackOptions {
  std::filesystem::path output;   ///< a folder; appears whole or not at all
  std::filesystem::path root;     ///< relative image paths start here
  std::string classes = "gtsrb";  ///< the catalogue that names the labels: a name or a TOML file
  std::uint64_t shard_samples = 10000;
  bool force = false;
  int jobs = 0;
};

struct PackResult {
  std::uint64_t samples = 0;
  std::size_t shards = 0;
};

/// Executes the operations of every sample of the stream `manifest` ("-": standard input) and
/// writes WebDataset shards: KEY.ppm (the pixels), KEY.cls (the class id, if there is one) and
/// KEY.json (the record), and `dataset.json` (source/dataset_json.h): counts, digests, and the
/// stream's history. The bytes do not depend on the number of jobs. Samples whose images cannot be
/// read go to `rejects`. Memory holds a bounded number of samples.
PackResult pack(const std::string& manifest, const PackOptions& options, Rejects& rejects,
                Progress& progress);

}  // namespace signpost
