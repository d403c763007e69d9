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

  /// Writes what is kept, in the order of the stream, with the stream's history. Once.
  void write(const std::filesystem::path& path);

 private:
  SampleReader reader_;
  std::string history_;
  std::unordered_set<std::uint64_t> kept_;  ///< by line
  Count train_, validation_;
};

/// Photographs from the field, divided by their groups, class by class, into two halves of one
/// size: those to learn from and those to be judged by. Which group goes where follows from (seed,
/// group).
class FieldSamples {
 public:
  /// Reads the stream to its end. Throws Error{input} as StudySamples does, and if there are fewer
  /// than two labelled groups.
  FieldSamples(const std::string& manifest, std::uint64_t seed, Rejects& rejects);

  const StudySamples::Count& learned() const { return learned_; }
  const StudySamples::Count& judged() const { return judged_; }

  /// Writes the one half to `learned`, as training samples behind a copy of `base`, unless that
  /// path is empty, and the other half to `judged`, as test samples. Once.
  void write(const std::filesystem::path& base, const std::filesystem::path& learned,
             const std::filesystem::path& judged);

 private:
  SampleReader reader_;
  std::string history_;
  std::unordered_set<std::string> learning_;  ///< groups
  StudySamples::Count learned_, judged_;
};

}  // namespace signpost
