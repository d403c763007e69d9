#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "curate/bootstrap.h"
#include "curate/disturbance.h"
#include "sample/sample.h"

namespace signpost {

/// How much of its accuracy a network keeps under each disturbance, on one set of samples.
class Robustness {
 public:
  /// For a network whose input is size x size.
  explicit Robustness(int size);

  const std::vector<Disturbance>& disturbances() const { return disturbances_; }
  /// Disturbed crops of each sample, of all disturbances.
  std::size_t images() const { return images_; }

  /// The disturbed crops of one sample, in the order of the disturbances.
  struct Crops {
    std::vector<std::uint8_t> pixels;   ///< images() crops
    std::vector<std::uint8_t> outside;  ///< for each disturbance: how many boxes left the image
  };
  /// Appends to `crops.pixels`, and replaces `crops.outside`. Thread-safe.
  void draw(const CropSource& source, Crops& crops) const;

  /// `plain`: whether the undisturbed crop was classified right; `probabilities`: images() x
  /// `outputs`, those of the disturbed ones; `target`: the right output.
  void add(const Sample& sample, std::size_t target, bool plain,
           std::span<const float> probabilities, std::size_t outputs,
           std::span<const std::uint8_t> outside);

  struct Result {
    const Disturbance* disturbance = nullptr;
    Interval accuracy;    ///< over groups
    Interval difference;  ///< to the accuracy on undisturbed crops, sample by sample
    double outside = 0;   ///< share of the boxes that left the image
  };
  /// One for each disturbance.
  std::vector<Result> results() const;

  /// A JSON list.
  std::string json() const;
  /// A table of at most 80 columns.
  std::string text() const;

 private:
  std::vector<Disturbance> disturbances_;
  std::size_t images_ = 0;
  ClusterBootstrap bootstrap_;  ///< accuracy, difference and share outside of each disturbance
};

}  // namespace signpost
