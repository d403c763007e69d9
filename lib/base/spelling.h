#pragma once

#include <span>
#include <string_view>

namespace signpost {

/// The one of `names` that `name` is most likely a slip for: at most two letters are wrong,
/// missing, too many, or in the other case, and not half of the name. Empty if there is none.
std::string_view nearest_name(std::string_view name, std::span<const std::string_view> names);

}  // namespace signpost
