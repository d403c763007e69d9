#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/rejects.h"
#include "sample/sample.h"
#include "source/file_tree.h"

namespace signpost {

struct GtsrbOptions {
  int jobs = 0;
  /// Says whether the class catalogue knows a class id. Called from one thread.
  std::function<bool(int)> known_class;
  /// Called from one thread at a time with the number of images read since the last call.
  std::function<void(std::uint64_t images)> on_images;
};

/// Reads the German Traffic Sign Recognition Benchmark in its official layouts, from folders or in
/// place from zips:
///   training  …/000NN/TTTTT_FFFFF.ppm with …/000NN/GT-000NN.csv   (class, track, frame)
///   test      …/NNNNN.ppm with GT-final_test.csv, beside the images or above them or in another of
///   `trees`
/// Format: Stallkamp, Schlipsing, Salmen, Igel, "Man vs. computer", Neural Networks 32 (2012), and
/// the benchmark's Readme-Images.txt: `;`-separated, CRLF; Roi.X2 and Roi.Y2 are exclusive in the
/// published files.
///
/// Every row is checked: the image is there and whole, its size equals Width and Height, the ROI is
/// inside, the class is known and is that of its folder. What fails goes to `rejects`; so does
/// every image without a row. Samples come in the order of the trees, then of the class folders,
/// then of the rows, at any number of jobs; the ids and hashes do not depend on where the data
/// lies. `emit` is called from one thread at a time.
///
/// Throws Error{input} if no tree holds any GTSRB image.
void read_gtsrb(const std::vector<std::unique_ptr<FileTree>>& trees, const GtsrbOptions& options,
                Rejects& rejects, const std::function<void(const Sample&)>& emit);

/// One row of a GT file.
struct GtsrbRow {
  std::string file;
  int width = 0, height = 0, label = 0;
  Roi roi;
  std::uint64_t line = 0;
};

/// Parses a GT file. Rows that are not eight fields of the right types are reported to
/// `on_bad(line, what, text)`. Columns are found by their names in the header line. Throws
/// Error{input} if the header lacks one.
std::vector<GtsrbRow> parse_gtsrb_csv(
    std::string_view text, const std::string& name,
    const std::function<void(std::uint64_t line, const std::string& what, std::string_view text)>&
        on_bad);

}  // namespace signpost
