#pragma once

#include <string_view>

namespace signpost {

/// Whether the whole of `text` (UTF-8) is what `pattern` describes: `*` stands for any run of
/// characters, slashes too, `?` for one character, `[a-z0]` and `[!a-z]` for one of a set and one
/// outside it; `\` takes the next character as it is. An open `[` is a plain one.
///
/// Time: at most the product of both lengths, for every pattern. Allocates nothing.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace signpost
