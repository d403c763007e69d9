#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "store/capture.h"

namespace signpost {

/// What the headers of a POST /v1/captures say: schema/openapi.json.
struct CaptureRequest {
  Submission submission;
  std::optional<std::string>
      sha256;  ///< what the sender says the image's is: 64 hexadecimal digits
};

/// Reads `Signpost-Capture` (a JSON object; empty: nothing is known of the image) and
/// `Content-Digest` (RFC 9530, of which sha-256 counts; empty: not told). Returns an empty string,
/// or what is wrong with them. Never throws, whatever the bytes.
std::string parse_capture_request(std::string_view metadata, std::string_view digest,
                                  CaptureRequest& request);

}  // namespace signpost
