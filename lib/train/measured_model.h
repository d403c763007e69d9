#pragma once

#include <filesystem>
#include <memory>

#include "curate/evaluation_page.h"
#include "curate/measure.h"

namespace signpost {

/// A finished run or a package, opened to be measured. A run is computed by libtorch in float32, a
/// package by the device's engine, on as many threads as ask for it.
class MeasuredModel {
 public:
  /// `jobs`: threads for libtorch; 0 means all cores. Throws Error{input} if the path is neither,
  /// or is damaged.
  MeasuredModel(const std::filesystem::path& path, int jobs);
  ~MeasuredModel();

  /// Valid as long as this object.
  const Predictor& predictor() const;

  /// Size, and with `latency` the time for one image on the device's engine, for which a run is
  /// turned into what its package would hold.
  ModelFacts facts(bool latency) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signpost
