#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <unordered_set>

#include "base/rejects.h"
#include "sample/stream.h"

namespace signpost {

/// A stream of labelled samples for a study, of which a share is kept: of each group (track), train
/// or validation, the share of its frames, rounded up, so at least one. Which ones follows from
/// (seed, id). Samples of other splits are left out. Memory: some 100 bytes for each sample.
class StudySamples {
 public:
  /// Reads the stream ("-": standard input) to its end. Throws Error{input} if a sample is cropped
  /// already (each network has a size of its own), or if train or validation is empty.
  StudySamples(const std::string& manifest, double fraction, std::uint64_t seed, Rejects& rejects);

  struct Count {
    std::uint64_t samples = 0, groups = 0;
  };
  const Count& train() const { return train_; }
  const Count& validation() const { return validation_; }

  /// Writes what is kept, in the order of the stream, with the history of what was read. Once.
  void write(const std::filesystem::path& path);

 private:
  SampleReader reader_;
  std::unordered_set<std::uint64_t> kept_;  ///< by line
  Count train_, validation_;
};

/// Divides photographs from the field by their groups, class by class, into two halves; which
/// groups go where follows from (seed, group). `learn` gets the one as training samples, behind a
/// copy of `base`; `judge` gets the other as test samples. Either path may be empty. Returns the
/// numbers of samples. Throws Error{input} as StudySamples does.
struct FieldHalves {
  std::uint64_t learn = 0, judge = 0, judge_groups = 0;
};
FieldHalves divide_field(const std::string& manifest, std::uint64_t seed,
                         const std::filesystem::path& base, const std::filesystem::path& learn,
                         const std::filesystem::path& judge, Rejects& rejects);

}  // namespace signpost
