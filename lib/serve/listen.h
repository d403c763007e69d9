#pragma once

#include <string>

#include "serve/web_server.h"

namespace signpost {

/// Reads "127.0.0.1:8080", "localhost:0" or "[::1]:8080" into `web`. Throws Error{usage} that
/// names the flag.
void parse_listen(const std::string& text, WebOptions& web);

}  // namespace signpost
