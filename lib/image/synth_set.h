#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/progress.h"

namespace signpost {

/// What a synthetic data set holds.
struct SynthPlan {
  std::uint64_t seed = 0;
  std::vector<int> classes;  ///< empty for all that have a drawing
  int tracks = 6;            ///< of each class, for training
  int frames = 10;           ///< of each track
  int test_images = 0;
  int field = 0;  ///< photographs
};

struct SynthCounts {
  std::uint64_t classes = 0, tracks = 0, images = 0, test_images = 0, field = 0;
};

/// Draws a data set into the new folder `output`, which appears whole or not at all:
///   GTSRB/Final_Training/Images/000NN/TTTTT_FFFFF.ppm, GT-000NN.csv   as the official archive
///   GTSRB/Final_Test/Images/NNNNN.ppm, ../GT-final_test.csv           signs unseen in training
///   field/NNNNN.png, labels.csv (file,class_id,group,x1,y1,x2,y2)     photographs, one a sign
/// The CSV files of GTSRB have `;` and CRLF; ROI boxes are half-open.
///
/// The same plan gives the same bytes at any number of `jobs`, wherever OpenCV is the same build.
/// Throws Error{usage} for an empty plan, an unknown class, or an existing `output` without
/// `force`; Interrupted.
SynthCounts write_synthetic_set(const SynthPlan& plan, const std::filesystem::path& output,
                                bool force, int jobs, ProgressStyle progress);

}  // namespace signpost
