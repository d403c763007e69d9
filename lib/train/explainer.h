#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "train/run_folder.h"

namespace signpost {

/// A finished run that tells where it looked (train/grad_cam.h). One thread at a time.
class Explainer {
 public:
  /// Throws Error{input} if the run is not finished or damaged.
  explicit Explainer(const std::filesystem::path& run);
  ~Explainer();
  const RunInfo& info() const;

  /// Calibrated probabilities, count x classes, of `pixels`, count x size x size x 3.
  std::vector<float> predict(std::span<const std::uint8_t> pixels, std::size_t count);

  /// A map of side x side values in [0, 1], rows from the top.
  struct Map {
    int side = 0;
    std::vector<float> values;
  };
  /// What speaks for output `outputs[i]` of the network in image i.
  std::vector<Map> explain(std::span<const std::uint8_t> pixels,
                           std::span<const std::int64_t> outputs);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace signpost
