#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "image/augment.h"
#include "sample/catalogue.h"
#include "sample/sample.h"

namespace signpost {

/// Writes the records of random variants, without touching a pixel. What a recipe's flip or turn
/// makes of a class is looked up in the catalogue: the record gets that label, or, where the result
/// shows no sign of the catalogue, no variant is made. A sample without a label, or with one that
/// the catalogue lacks, has variants only where nothing is flipped or turned.
///
/// Not thread-safe. The recipe and the catalogue must outlive it.
class VariantMaker {
 public:
  enum class Labels {
    safe,     ///< as said
    as_given  ///< every transform is made and keeps the label, whatever it shows then
  };
  VariantMaker(const Recipe& recipe, std::uint64_t seed, const Catalogue& catalogue, Labels labels);

  /// Takes the sample that the next variants are of. Returns an empty string, or why it can have
  /// none.
  std::string take(const Sample& original);

  /// Makes variant `copy` of the sample that was taken: id, label and operations of `variant`,
  /// which holds that sample or another of its variants, are rewritten; its group stays. Returns
  /// false, and counts it, if the variant is refused.
  bool make(std::uint64_t copy, Sample& variant);

  struct Tally {
    std::uint64_t made = 0;
    std::uint64_t relabelled = 0;  ///< of those that were made
    std::uint64_t refused = 0;
  };
  const Tally& total() const { return total_; }

  /// "3 variants made, 1 of them with another label, 5 refused"; with `by_class` a line for each
  /// class of the originals follows.
  std::string text(bool by_class) const;

  /// The same as one JSON object, always with the classes; a null label is that of the unlabelled.
  std::string json() const;

 private:
  const Recipe& recipe_;
  std::uint64_t seed_;
  const Catalogue& catalogue_;
  Labels labels_;
  std::string op_;  ///< the operation up to the number of the copy
  std::string id_, ops_;
  std::optional<int> label_;
  Tally total_;
  std::map<std::optional<int>, Tally> by_class_;
  Tally* of_class_ = nullptr;  ///< of the sample that was taken
  SampleDecoder decoder_;
};

}  // namespace signpost
