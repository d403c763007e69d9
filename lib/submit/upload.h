#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/file.h"

namespace signpost {

/// Where captures go, and how patient to be.
struct UploadOptions {
  std::string url;               ///< of the server: "https://signs.example.org"
  std::string token;             ///< this device's; never sent to another address (no redirects)
  std::filesystem::path cacert;  ///< certificates to trust in place of the system's; empty: those
  long connect_timeout_s = 30;
  long stall_timeout_s = 60;  ///< gives up when not a byte moved for so long
};

/// One capture on its way: schema/openapi.json, POST /v1/captures.
struct Upload {
  std::string sha256;    ///< of the image; the server checks it
  std::string metadata;  ///< one line of ASCII (queue/capture_metadata.h)
  ByteView image;
};

/// What came back.
struct UploadAnswer {
  int status = 0;    ///< of HTTP; 0: no answer came
  std::string body;  ///< at most 64 KiB of it
  std::string what;  ///< without an answer: why, for the user
  bool final =
      false;  ///< without an answer: another attempt would end alike (address, certificate)
  std::optional<std::uint64_t> retry_after_s;
};

/// A connection to the server, kept open between captures. Certificates are always verified. For
/// one thread at a time.
class Uploader {
 public:
  /// Throws Error{usage} on an address that is not http:// or https://, and on http:// to another
  /// machine than this one, where the token could be read on the way; Error{environment} if libcurl
  /// cannot be started.
  explicit Uploader(UploadOptions options);
  Uploader(const Uploader&) = delete;
  Uploader& operator=(const Uploader&) = delete;
  ~Uploader();

  /// Throws Interrupted within about a second of a signal.
  UploadAnswer send(const Upload& upload);

 private:
  struct Session;
  UploadOptions options_;
  std::unique_ptr<Session> session_;
};

}  // namespace signpost
