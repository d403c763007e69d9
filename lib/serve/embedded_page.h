#pragma once

#include <string>

#include "serve/web.h"
#include "serve/web_server.h"

namespace signpost {

/// Answers with a file that travels inside the program (base/embedded.h), named from the top of the
/// source tree: with its ETag, and its media type by its ending. 404 if there is none. Nothing is
/// ever read from a disk, so there is no path to trick.
WebAnswer embedded_answer(const WebRequest& request, const std::string& path);

/// Serves the files below `folder` ("web") at `path` ("/page/*"), to everyone; the path itself
/// gives the folder's index.html.
void add_embedded(WebServer& server, const std::string& path, const std::string& folder);

}  // namespace signpost
