#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sample/sample.h"

namespace signpost {

/// A proportion with the ends of its 95 % interval.
struct Interval {
  double value = 0, low = 0, high = 0;
};

/// What a network said of a set of labelled samples, gathered prediction by prediction.
class Evaluation {
 public:
  /// `class_ids[i]` is the class id of the network's output i; `names[i]` its name.
  Evaluation(std::vector<int> class_ids, std::vector<std::string> names);

  /// `target` is the output index of the sample's label; `probabilities` has one entry an output.
  void add(const Sample& sample, std::size_t target, std::span<const float> probabilities);

  std::uint64_t count() const { return rows_.size(); }
  double accuracy() const;
  double top5_accuracy() const;
  /// Mean negative log-likelihood of the true class.
  double mean_loss() const;
  /// Mean F1 and recall over the classes that have samples.
  double macro_f1() const;
  double macro_recall() const;
  /// Expected calibration error over 15 bins of equal width (Guo, Pleiss, Sun, Weinberger, "On
  /// calibration of modern neural networks", ICML 2017).
  double calibration_error() const;
  /// Accuracy with a percentile bootstrap over groups: whole tracks are drawn, since frames of one
  /// track are near-copies (Field and Welsh, "Bootstrapping clustered data", JRSS B 2007). 1,000
  /// draws, always the same ones.
  Interval accuracy_by_group() const;
  std::size_t group_count() const;

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
    std::uint32_t target, predicted;
    float confidence, loss;
    bool in_top5;
  };
  std::vector<int> class_ids_;
  std::vector<std::string> names_;
  std::vector<Row> rows_;
  std::vector<std::uint64_t> confusion_;
  std::vector<std::uint64_t> group_keys_;
};

}  // namespace signpost
