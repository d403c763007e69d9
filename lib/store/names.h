#pragma once

#include <string>
#include <string_view>

namespace signpost {

/// Empty, or what is wrong with the name of a device, a sign, a person or a model: over 200 bytes,
/// or with control characters. `what` says whose name it is.
std::string wrong_name(std::string_view what, const std::string& name);

}  // namespace signpost
