#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/rejects.h"
#include "curate/evaluation.h"
#include "curate/robustness.h"
#include "image/render.h"
#include "pixels/preprocess.h"

namespace signpost {

/// `pixels`: `count` preprocessed images, size x size x 3, HWC. `probabilities`: count x outputs.
/// One call at a time.
using Predict = std::function<void(std::span<const std::uint8_t> pixels, std::size_t count,
                                   std::span<float> probabilities)>;

/// A network that answers, wherever it comes from.
struct Predictor {
  Preprocessing preprocessing;
  std::vector<int> class_ids;      ///< of its outputs, in their order
  std::vector<std::string> names;  ///< likewise
  Predict predict;
  /// Another one for another thread, where there may be several; else empty.
  std::function<Predict()> twin;
};

/// Makes `plan` crop as a network needs it. Throws Error{input} if the sample's own crop is
/// another.
void crop_as(const Preprocessing& needed, const Sample& sample, RenderPlan& plan);

struct MeasureOptions {
  std::string manifest = "-";
  std::filesystem::path root;
  std::string split;  ///< only samples of this split; empty: all but "train"
  int jobs = 0;
  /// Called in the order of the stream with each sample and its probabilities; may be empty.
  std::function<void(const Sample&, std::span<const float>)> on_prediction;
  Robustness* robustness = nullptr;  ///< if set, gathers what becomes of each sample's disturbed
                                     ///< crops; every photograph is decoded once for all of them
};

/// Runs `predictor` over the labelled samples of a stream. The predictor's own preprocessing is
/// what cuts the images; a stream that was cropped otherwise is an Error{input}, since its numbers
/// would speak of another network; so is one that was augmented, where robustness is measured.
/// Samples that cannot be read, or whose label the network does not know, go to `rejects`. Throws
/// Error{input} if nothing is left to measure. The figures are the same at any number of jobs.
Evaluation measure(const Predictor& predictor, const MeasureOptions& options, Rejects& rejects,
                   Progress& progress);

}  // namespace signpost
