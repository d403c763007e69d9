#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "curate/finding.h"
#include "curate/side.h"
#include "sample/catalogue.h"
#include "sample/sample.h"

namespace signpost {

/// Looks for classes that cannot be learned or measured, and for samples that the split forgot.
/// Memory grows with the classes, not with the samples.
class ClassCheck {
 public:
  struct Options {
    std::size_t min_groups = 2;  ///< of a class, outside test
    double max_imbalance = 10;   ///< largest to smallest class, in training samples
  };

  explicit ClassCheck(const Options& options) : options_(options) {}

  void add(const Sample& sample);

  /// `name` is the stream's. Nothing is said of a stream that is all test.
  void report(const std::string& name, const Catalogue& catalogue,
              const std::function<void(const Finding&)>& found) const;

 private:
  struct Class {
    std::array<std::uint64_t, kSideNames.size()> samples{};
    std::set<std::uint64_t> groups;  ///< hashes, no more than min_groups
    /// What may be trained on: train, or all that has no split yet.
    std::uint64_t training(bool split) const {
      return split ? samples[static_cast<std::size_t>(Side::train)]
                   : samples[static_cast<std::size_t>(Side::none)];
    }
  };
  Options options_;
  std::map<int, Class> classes_;
  std::array<std::uint64_t, kSideNames.size()> all_{};
};

}  // namespace signpost
