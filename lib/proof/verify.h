#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/rejects.h"
#include "proof/gates.h"

namespace signpost {

/// One thing that was looked at.
struct Check {
  enum class Result { passed, failed, not_repeated };
  std::string name;  ///< "structure", "signature", or that of a gate
  Result result = Result::passed;
  std::string note;  ///< for people: what was seen, or why it could not be repeated
  std::optional<double> measured, limit, stated;  ///< of a gate; stated: when it was packaged
};

struct VerifyOptions {
  std::filesystem::path package, root;
  std::string public_key;  ///< as for read_public_key; empty: the signature is not looked at
  std::string gates;       ///< a file; empty: those that the package was written under
  std::string samples;     ///< a manifest of labelled samples; empty: none
  std::string split;       ///< as for MeasureOptions
  int jobs = 0;
};

/// Repeats on this machine what was proven when the package was written: structure, digests,
/// signature, preprocessing contract, golden vectors, and each gate; with samples also accuracy,
/// its interval, calibration and thresholds. What cannot be repeated is listed as such. If the
/// samples are those of the packaging, their accuracy must be the stated one, within a tenth of a
/// point.
///
/// Without libtorch, without network. A package that is refused is a failed check, the last one;
/// Error{input} is thrown only for a package that cannot be read at all, for a wrong key or gates
/// file, and for samples that cannot be measured.
std::vector<Check> verify_package(const VerifyOptions& options, Rejects& rejects,
                                  Progress& progress);

bool any_failed(const std::vector<Check>& checks);

/// One JSON object a line.
std::string checks_json(const std::vector<Check>& checks);
/// Aligned columns, one line a check.
std::string checks_text(const std::vector<Check>& checks);

}  // namespace signpost
