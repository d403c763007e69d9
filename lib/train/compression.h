#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/file.h"
#include "curate/bootstrap.h"
#include "pixels/preprocess.h"

namespace signpost {

/// Images, count x size x size x 3.
struct Images {
  std::vector<std::uint8_t> pixels;
  std::size_t count = 0;
};

/// The images to calibrate a run on: 320 of its validation samples, spread over tracks and classes.
/// Throws Error{input} if one cannot be read.
Images calibration_images(const std::filesystem::path& run, const std::filesystem::path& root,
                          const Preprocessing& preprocessing);

/// `onnx`, a float32 network, in the form that `precision` names: "float32" (what it was),
/// "float16", or "int8", which looks at calibration_images.
Bytes in_precision(Bytes onnx, const std::string& precision, const std::filesystem::path& run,
                   const std::filesystem::path& root, const Preprocessing& preprocessing);

/// What another form of a network costs: the answers of the trained one and of what a device
/// computes, for the same samples.
class CompressionCost {
 public:
  /// `class_ids` and `names`: of the outputs, in their order.
  CompressionCost(std::string precision, std::vector<int> class_ids,
                  std::vector<std::string> names);

  /// `target` is the output of the sample's label, `group` its track.
  void add(std::size_t target, const std::string& group, std::span<const float> trained,
           std::span<const float> compressed);

  std::uint64_t samples() const { return apart_.sample_count(); }

  /// One JSON object: precision, samples, accuracy_float, accuracy, cost_points (of accuracy, in
  /// percentage points) with its 95 % interval over tracks, changed (samples with another answer),
  /// largest_difference (of a probability), and classes: those whose recall changed, the worst
  /// first.
  std::string json() const;
  /// The same in a line for people.
  std::string line() const;

 private:
  struct Class {
    std::uint64_t samples = 0, right = 0, right_compressed = 0;
    double change() const;  ///< of recall
  };
  std::vector<std::size_t> changed_classes() const;  ///< outputs, the worst first
  double accuracy(std::uint64_t Class::*right) const;

  std::string precision_;
  std::vector<int> class_ids_;
  std::vector<std::string> names_;
  std::vector<Class> classes_;
  ClusterBootstrap apart_;
  std::uint64_t changed_ = 0;
  float largest_ = 0;
};

}  // namespace signpost
