#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace signpost {

struct PackageOptions {
  std::filesystem::path run, output, root;
  std::string name, version;           ///< empty: from the file name
  std::string precision = "float32";   ///< of precision_names() (train/compression.h)
  std::uint64_t parity_samples = 500;  ///< 0: all
  bool force = false;
};

struct PackageResult {
  std::string refusal;  ///< which gate said no, and by how much; empty if the package was written
  std::uint64_t bytes = 0, compared = 0, agreeing = 0, golden = 0;
  std::string cost;  ///< of another precision than float32, a line for people
};

/// Writes a finished run as a package (docs/package-format.md), after proving that the device's
/// engine gives what the trainer gives: every golden vector within its tolerance, and on validation
/// images the same label with probabilities within 1e-3. A package that fails is not written.
/// Validation images are found through the run's own records, relative paths from `root`.
/// Throws Error{input} if the run is not finished or its images cannot be read, Error{usage} if the
/// output exists.
PackageResult package_run(const PackageOptions& options);

}  // namespace signpost
