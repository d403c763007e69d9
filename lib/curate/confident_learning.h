#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace signpost {

/// Finds likely label errors from probabilities that a network gave for samples it was not trained
/// on: Northcutt, Jiang, Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels",
/// JAIR 70 (2021).
///
/// A class's threshold is the mean probability that its own samples are given for it. A sample is
/// counted for the class with the greatest probability among those whose threshold it reaches; one
/// that is counted for another class than its label's is a suspect (an off-diagonal entry of the
/// confident joint). Suspects are ranked by normalised margin. Memory: 4 bytes a class a sample.
class ConfidentLearning {
 public:
  explicit ConfidentLearning(std::size_t classes) : classes_(classes) {}

  /// `given` is the index of the sample's label, `probabilities` one number a class.
  void add(std::size_t given, std::span<const float> probabilities);
  std::size_t size() const { return given_.size(); }

  struct Suspect {
    std::size_t index = 0;  ///< how many samples were added before it
    std::size_t given = 0, suggested = 0;
    double own = 0;     ///< probability of the label it has
    double other = 0;   ///< of the suggested one
    double margin = 0;  ///< own minus the greatest of all others: -1 is the surest error
  };
  /// The surest errors first; those of one margin in the order in which they were added.
  std::vector<Suspect> suspects() const;

  /// By class; a class without samples has one that nothing reaches.
  std::vector<double> thresholds() const;

 private:
  std::size_t classes_;
  std::vector<std::size_t> given_;
  std::vector<float> probabilities_;
};

}  // namespace signpost
