#pragma once

#include <string>
#include <string_view>

namespace signpost {

/// `text` with a "?" for every control character, so that a name out of a hostile file can neither
/// break a message's one line nor command the terminal.
std::string printable(std::string_view text);

}  // namespace signpost
