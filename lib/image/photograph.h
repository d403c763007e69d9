#pragma once

#include <string>

#include "base/archive.h"
#include "pixels/image.h"
#include "pixels/preprocess.h"
#include "sample/sample.h"

namespace signpost {

/// Reads and decodes a sample's photograph and checks it against `width`, `height` and `roi`.
/// Returns false and says in `wrong` what is the matter. Thread-safe.
bool read_photograph(const BlobReader& blobs, const Sample& sample, Image& photograph,
                     std::string& wrong);

/// The box of a sample: its ROI, or the whole photograph if it has none.
Box box_of(const Sample& sample, const Image& photograph);

}  // namespace signpost
