#pragma once

#include <filesystem>
#include <string>

namespace signpost {

/// The token that a file holds, as `signpost serve token add` printed it. Throws Error{input} if
/// the file cannot be read or holds anything else.
std::string read_token_file(const std::filesystem::path& file);

}  // namespace signpost
