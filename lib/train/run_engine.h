#pragma once

#include <filesystem>

#include "curate/measure.h"

namespace signpost {

/// A finished run on the device's engine, in float32: nothing here needs libtorch. The predictor
/// may be copied and is used by one thread. Throws Error{input} if the run is not finished or
/// damaged.
Predictor engine_predictor(const std::filesystem::path& run);

/// The median time of one image on the device's engine, one thread, in milliseconds: of at most 25
/// images, or two seconds.
double device_milliseconds(const Predictor& predictor);

}  // namespace signpost
