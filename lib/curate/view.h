#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/progress.h"
#include "base/rejects.h"
#include "image/contact_sheet.h"
#include "sample/catalogue.h"

namespace signpost {

struct ViewOptions {
  std::string manifest = "-";
  std::filesystem::path root;    ///< relative image paths start here
  std::filesystem::path output;  ///< a PNG, or "-"; see `view`
  bool force = false;

  enum class Rows { none, classes, groups };
  Rows by = Rows::none;  ///< what stands in a row of its own
  enum class Show { before, after, both };
  Show show = Show::after;

  int columns = 12, rows = 10, tile_px = 112;
  std::uint64_t limit = 0;   ///< tiles, or rows where `by` says so; 0: all
  std::uint64_t sample = 0;  ///< draw that many tiles at random, from each row where `by` says so;
                             ///< 0: take the first ones
  std::uint64_t seed = 0;
  int jobs = 0;
};

struct ViewResult {
  std::uint64_t samples = 0;  ///< in the stream
  std::uint64_t shown = 0;
  std::size_t sheets = 0;
};

/// Draws contact sheets of the samples of a stream. One sheet is `output` itself; several are
/// NAME-001.png, NAME-002.png, … beside where NAME.png would be. All of them appear or none.
///
/// A sample is shown before its operations (the stored image with its ROI drawn in), after them, or
/// both side by side; one without operations is shown as it is stored. An image that cannot be read
/// is a marked tile and goes to `rejects`. The sheets are the same at any number of jobs.
///
/// Memory: a sheet for each thread; and the records drawn where `sample` or `by` is set, which are
/// at most `sample`, or `columns` for each row.
///
/// Throws Error{usage} for an output that exists, for a sheet larger than kMaxPixels, and for
/// several sheets on standard output.
ViewResult view(const ViewOptions& options, const Catalogue& catalogue, Rejects& rejects,
                Progress& progress);

}  // namespace signpost
