#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/file.h"
#include "compress/quantise.h"
#include "sample/sample.h"

namespace signpost {

/// Which `count` of the samples (all, if there are fewer) to calibrate on, as rising indices: as
/// many tracks as possible, and of them as many classes. First one sample of every track, the
/// classes taking turns, then a second one, and so on. The order among equals is drawn from names,
/// so that it does not hang on the order of the samples.
std::vector<std::size_t> spread_over_tracks(std::span<const Sample> samples, std::size_t count);

/// What the activations of a float32 ONNX file reach on `count` images, `pixels` of which hold
/// count x size x size x 3: the range of least square error (compress/value_histogram.h).
ValueRanges measure_ranges(ByteView onnx, std::span<const std::uint8_t> pixels, std::size_t count);

}  // namespace signpost
