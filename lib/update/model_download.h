#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "fetch/http.h"

namespace signpost {

struct FeedOptions {
  std::string url;               ///< of the server: "https://signs.example.org"
  std::string token;             ///< this device's; never sent to another address (no redirects)
  std::filesystem::path cacert;  ///< certificates to trust in place of the system's; empty: those
  int retries = 5;               ///< after so many failures in a row one more ends it
  double retry_wait_s = 1;       ///< before the first new attempt; doubles, to at most a minute
  long stall_timeout_s = 60;
  std::function<void(const std::string&)> words = [](const std::string&) {};
};

/// What a server has for this device.
struct Offer {
  enum class Kind {
    fetched,  ///< the package lies where it was asked for
    known,    ///< the newest is one of those that were named
    none      ///< there is no model there yet
  } kind = Kind::none;
  std::string sha256;  ///< of the newest
};

/// The model feed of a server: schema/openapi.json, GET /v1/models/latest.
class ModelFeedClient {
 public:
  /// Throws Error{usage} on an address that server_address refuses.
  explicit ModelFeedClient(FeedOptions options);

  /// Brings the newest package to `path`, unless its SHA-256 is among `known`. An attempt that
  /// broke is taken up where it ended, in this run or a later one; what came is held against the
  /// digest that the server stated. Throws Error{environment} if no answer comes, or one that is
  /// no signpost server's; Interrupted after a signal.
  Offer fetch(const std::vector<std::string>& known, const std::filesystem::path& path);

  /// The signature of the server's newest package; empty if it has none. Throws as `fetch`.
  std::string signature();

 private:
  HttpRequest request(const std::string& url) const;
  bool persist(const std::function<bool()>& attempt);
  [[noreturn]] void refuse(int status) const;

  FeedOptions options_;
  std::string url_, what_;
  std::uint64_t asked_s_ = 0;  ///< to wait, by the server
};

}  // namespace signpost
