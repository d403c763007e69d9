#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/progress.h"
#include "model/package.h"
#include "model/signing_key.h"

namespace signpost {

struct PackageOptions {
  std::filesystem::path run, output, root;
  std::string name, version;          ///< empty: from the file name
  std::string precision = "float32";  ///< or "float16", "int8"
  std::string licence, intended_use;
  std::string gates;                   ///< a file; empty: proof/gates.h's own
  std::uint64_t parity_samples = 500;  ///< 0: all
  double abstain_accuracy = 0.99;      ///< 0: no thresholds
  bool robustness = false, pictures = true, force = false;
  int jobs = 0;
  std::shared_ptr<const SigningKey> key;  ///< null: not signed
};

struct PackageResult {
  /// Why nothing was written: each gate that said no, with its limit and what was measured. Empty
  /// if the package was written.
  std::vector<std::string> refusals;
  std::vector<Gate> gates;
  std::uint64_t bytes = 0, compared = 0, agreeing = 0, golden = 0;
  std::string cost;  ///< of another precision than float32: a line for people
};

/// Writes a finished run as a package (docs/package-format.md), after measuring on the device's
/// engine what the gates ask for (docs/gates.md): on the run's validation samples, and beside the
/// trainer. The package is tried under another name and gets its own, and its signature, only if
/// every gate is passed. Validation images are found through the run's own records, relative paths
/// from `root`.
/// Throws Error{input} if the run is not finished or its images cannot be read, Error{usage} if the
/// output exists.
PackageResult package_run(const PackageOptions& options, Progress& progress);

}  // namespace signpost
