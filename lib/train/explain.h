#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/rejects.h"

namespace signpost {

struct ExplainOptions {
  std::filesystem::path run;
  std::string manifest = "-";
  std::filesystem::path root;    ///< relative image paths start here
  std::filesystem::path output;  ///< NAME.png or "-": contact sheets; any other name: a folder
  bool force = false;
  std::vector<std::string> ids;  ///< explain these alone, of any split; empty: see `split`
  std::string split;             ///< only samples of this split; empty: all but "train"
  bool wrong = false;            ///< only mistakes
  std::uint64_t limit = 48;      ///< explain so many at most; 0: all
  int columns = 4, rows = 12, tile_px = 112;
  int jobs = 0;
};

struct ExplainResult {
  std::uint64_t explained = 0, wrong = 0;
  std::size_t sheets = 0;  ///< 0 for a folder
};

/// Draws where a run looked: beside each crop a map of what spoke for its answer and, where the
/// answer is wrong, another of what spoke for the true class (train/grad_cam.h). Samples without a
/// label are explained too; those that cannot be read, or whose class the run does not know, go to
/// `rejects`.
///
/// Contact sheets are as those of `view` (curate/sheet_files.h). A folder gets one PNG a sample,
/// 0001.png and so on, and explanations.ndjson with what each shows. All of it appears or nothing.
///
/// Memory: the pictures of all that is explained, 0.1 MB a sample.
///
/// Throws Error{usage} for an output that exists, or sheets that are too large or too many for
/// standard output; Error{input} if the run is not finished, the stream is cropped otherwise than
/// the run, an id is not in the stream, or there is nothing to explain.
ExplainResult explain(const ExplainOptions& options, Rejects& rejects, Progress& progress);

}  // namespace signpost
