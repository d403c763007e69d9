#pragma once

#include <string>

#include "model/package.h"

namespace signpost {

/// The format that this release writes and reads: package.json's "format".
inline constexpr int kPackageFormat = 2;

/// What is wrong with the contents as a whole, or nothing. Shared by writer and reader, so that no
/// package is written that is not read.
std::string contradiction(const PackageContents& contents);

}  // namespace signpost
