#pragma once

#include <string>

#include "submit/upload.h"

namespace signpost {

/// What an answer means for a capture that was sent.
struct Judgement {
  enum class Kind {
    accepted,  ///< the server has it on its disk
    refused,   ///< it will never take this one
    again,     ///< another attempt may succeed: the network, a server that is busy or ill
    stop       ///< no capture can be sent: the token, the address or the certificate is wrong
  };
  Kind kind = Kind::again;
  std::string what;     ///< for the user, unless accepted
  std::string capture;  ///< if accepted: the id that it has there
};

/// An answer counts as accepted only if it is one of ours and names the image that was sent: what a
/// hotel's network answers in place of the server is no receipt.
Judgement judge(const UploadAnswer& answer, const std::string& sha256);

}  // namespace signpost
