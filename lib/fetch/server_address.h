#pragma once

#include <string>

namespace signpost {

/// The address of `path` ("/v1/captures") on the server that --url names. Throws Error{usage} on
/// one that is not http:// or https://, that has more than a host, a port and a path, and on
/// http:// to another machine than this one, where a token could be read on the way.
std::string server_address(const std::string& url, const std::string& path);

}  // namespace signpost
