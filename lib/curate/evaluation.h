#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "curate/bootstrap.h"
#include "pixels/image.h"
#include "sample/sample.h"

namespace signpost {

/// What a network said of a set of labelled samples, gathered prediction by prediction.
class Evaluation {
 public:
  /// `class_ids[i]` is the class id of the network's output i; `names[i]` its name.
  Evaluation(std::vector<int> class_ids, std::vector<std::string> names);

  /// `target` is the output index of the sample's label; `probabilities` has one entry an output.
  /// `shown`: what the network was shown, a square of RGB pixels, HWC; without it the brightness is
  /// not known, and the worst samples have no pictures.
  void add(const Sample& sample, std::size_t target, std::span<const float> probabilities,
           std::span<const std::uint8_t> shown = {});

  std::uint64_t count() const { return rows_.size(); }
  double accuracy() const;
  double top5_accuracy() const;
  /// Mean negative log-likelihood of the true class.
  double mean_loss() const;
  /// Mean F1 and recall over the classes that have samples.
  double macro_f1() const;
  double macro_recall() const;
  /// Accuracy with an interval over groups.
  Interval accuracy_by_group() const;
  std::size_t group_count() const;

  /// The samples whose confidence, the highest probability, is in [low, high).
  struct Reliability {
    double low = 0, high = 0;
    std::uint64_t samples = 0;
    double confidence = 0, accuracy = 0;  ///< means
  };
  /// 15 bins of equal width; those without samples are left out.
  std::vector<Reliability> reliability() const;
  /// Expected calibration error over these bins (Guo, Pleiss, Sun, Weinberger, "On calibration of
  /// modern neural networks", ICML 2017).
  double calibration_error() const;

  /// The samples of which something is in [low, high); a `high` of 0 is open.
  struct Part {
    int low = 0, high = 0;
    std::uint64_t samples = 0;
    std::size_t groups = 0;
    Interval accuracy;  ///< over groups
  };
  /// By the shorter side of the ROI (of the image, where there is none) in pixels, as the record
  /// has it, and by the mean luminance of what was shown (ITU-R BT.601, 0 to 255). Parts without
  /// samples are left out, and so are samples of which it is not known.
  std::vector<Part> by_size() const;
  std::vector<Part> by_brightness() const;

  /// One of the samples on which the network did worst.
  struct Failure {
    std::string id;
    std::size_t target = 0, predicted = 0;
    float confidence = 0, loss = 0;
    Image picture;  ///< what was shown; empty where that is not known
  };
  static constexpr std::size_t kFailures = 24;
  /// Mistakes, the most confident first, then right answers of the highest loss; kFailures in all
  /// at most.
  const std::vector<Failure>& worst() const { return worst_; }

  std::size_t classes() const { return class_ids_.size(); }
  const std::vector<int>& class_ids() const { return class_ids_; }
  const std::vector<std::string>& names() const { return names_; }
  /// confusion(t, p): samples of output t that were called p.
  std::uint64_t confusion(std::size_t target, std::size_t predicted) const {
    return confusion_[target * class_ids_.size() + predicted];
  }
  std::uint64_t support(std::size_t target) const;
  double recall(std::size_t target) const;
  double precision(std::size_t predicted) const;

  /// One JSON object: the figures above, per class and as a confusion matrix.
  std::string json() const;
  /// The same as a table of at most 80 columns, for people: the worst classes and the commonest
  /// confusions.
  std::string text() const;

 private:
  struct Row {
    std::uint64_t group;  ///< stable_hash of its name
    std::uint32_t target, predicted;
    float confidence, loss;
    std::int32_t side_px;    ///< 0: not known
    std::int16_t luminance;  ///< below 0: not known
    bool in_top5;
    bool right() const { return target == predicted; }
  };
  void keep_if_among_worst(const Sample& sample, const Row& row,
                           std::span<const std::uint8_t> shown);
  ClusterBootstrap accuracies() const;
  template <typename Value>
  std::vector<Part> parts(std::span<const int> edges, Value value) const;

  std::vector<int> class_ids_;
  std::vector<std::string> names_;
  std::vector<Row> rows_;
  std::vector<std::uint64_t> confusion_;
  std::vector<Failure> worst_;
};

/// A JSON list.
std::string reliability_json(const std::vector<Evaluation::Reliability>& bins);

}  // namespace signpost
