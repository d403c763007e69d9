#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"

namespace signpost {

/// One GET of a file over HTTP or HTTPS, and of no other protocol; redirects are followed, but not
/// from HTTPS to HTTP. Proxies come from the environment (https_proxy, no_proxy …), as curl takes
/// them.
struct HttpRequest {
  std::string url;
  std::uint64_t offset = 0;  ///< asks for the bytes from here on (Range); 0: for all
  /// With an offset: the validator under which the bytes before it came (If-Range), so that a file
  /// that has changed comes whole. RFC 9110, sections 13.1.5 and 14.
  std::string if_range;
  long connect_timeout_s = 30;
  long stall_timeout_s = 60;              ///< gives up when not a byte came for so long
  std::vector<std::string> headers = {};  ///< more lines: "Name: value"
  std::string cacert = {};  ///< trust the certificates in this file, not the system's; empty: those
  bool follow = true;       ///< redirects; not where `headers` hold a secret
};

/// What the final response said before its body.
struct HttpHead {
  int status = 0;
  std::string etag, last_modified;
  std::optional<std::uint64_t> length;  ///< of the body
  /// Of a 206, from Content-Range: where it begins, and how large the whole file is. A 416 tells
  /// the latter alone.
  std::optional<std::uint64_t> first, total;
  std::optional<std::uint64_t> retry_after_s;
};

/// How a request ended.
struct HttpEnd {
  enum class Kind {
    whole,    ///< the response came to its end, whatever its status
    broken,   ///< the connection failed, broke or stalled: another attempt may succeed
    hopeless  ///< the address, the certificate or the protocol is wrong
  };
  Kind kind = Kind::whole;
  std::string what;  ///< for the user, unless whole
};

/// Performs `request`. `on_head` is called once, before any body, and tells whether the body is
/// wanted; `on_body` gets it piece by piece, unless the status is one of failure. What they throw
/// is rethrown here. Throws Interrupted within about a second of a signal.
HttpEnd http_get(const HttpRequest& request, const std::function<bool(const HttpHead&)>& on_head,
                 const std::function<void(ByteView)>& on_body);

}  // namespace signpost
