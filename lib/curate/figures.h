#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/progress.h"
#include "base/rejects.h"
#include "curate/class_pictures.h"
#include "curate/pixel_stats.h"
#include "curate/stats.h"

namespace signpost {

/// What a data set holds, as `stats` reports it.
struct Figures {
  Stats stats;
  std::optional<PixelStats> pixels;       ///< if the images were read
  std::optional<ClassPictures> pictures;  ///< likewise, and pictures were asked for
};

struct FiguresOptions {
  std::string manifest = "-";
  std::filesystem::path root;  ///< relative image paths start here
  bool images = false;         ///< read the images
  int pictures = -1;           ///< of each class beside the mean one; below 0: no pictures at all
  int jobs = 0;
};

/// Reads a stream once. Bad records, and samples whose images cannot be read, go to `rejects` and
/// count nowhere. The same at any number of jobs.
Figures figures_of(const FiguresOptions& options, Rejects& rejects, Progress& progress);

/// Aligned columns of at most 80 characters, as several lines.
std::string stats_table(const Figures& figures, const Catalogue& catalogue);

/// One JSON object, without a newline.
std::string stats_json(const Figures& figures, const Catalogue& catalogue);

/// A page for people (base/html.h). `source` says what was read. The pictures of `figures` are
/// rendered by `renderer`, which may be null where there are none.
std::string stats_page(const Figures& figures, const Catalogue& catalogue,
                       const std::string& source, const Renderer* renderer);

}  // namespace signpost
