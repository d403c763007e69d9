#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "serve/web.h"

namespace signpost {

/// Where to listen, and how much of a peer to bear.
struct WebOptions {
  std::string host = "127.0.0.1";  ///< an address, or "localhost"
  int port = 8080;                 ///< 0: any that is free
  std::filesystem::path cert,
      key;              ///< PEM; both or none. Without them this machine alone is served
  int threads = 256;    ///< connections served at once; further ones wait
  double head_s = 10;   ///< for the head of a request to arrive
  double body_s = 30;   ///< for its body, beyond the time that it takes at 4 KiB/s
  double idle_s = 15;   ///< between two requests
  double drain_s = 10;  ///< for what is under way when the server ends
};

/// What answers a kind of request.
struct WebRoute {
  std::string method;  ///< GET (HEAD too), POST, PUT or DELETE
  std::string path;    ///< "/v1/captures", or "/page/*" for all below
  /// Looks at the head of a request before any of its body is read, and refuses it or returns
  /// nothing. May fill in `account`.
  std::function<std::optional<WebAnswer>(WebRequest&)> check;
  std::function<WebAnswer(const WebRequest&)> answer;
  std::size_t max_body = 0;  ///< in bytes; a larger one is refused unread
};

/// One request as it went, for logs and metrics.
struct WebExchange {
  std::string method, path, from;
  std::string route;  ///< of WebRoute; empty if none fitted
  std::string who;    ///< the account's name; empty: none
  int status = 0;     ///< 0: the peer went away before it was answered
  std::uint64_t bytes_in = 0, bytes_out = 0;
  double seconds = 0;       ///< from its first byte to the end of the answer
  std::string note, error;  ///< of WebAnswer
};

/// An HTTP/1.1 server (RFC 9110, 9112) over plain TCP or TLS 1.2 and later, on a fixed number of
/// threads. Handlers run on them, several at once. What a handler throws is answered with 500, or
/// 503 where the environment is to blame, and told to the log alone.
///
/// Refused before any handler: what does not fit the limits, a body without a length or with an
/// encoding, a length that stands twice, a path with a "..", "//", "\" or NUL.
class WebServer {
 public:
  using Log = std::function<void(const WebExchange&)>;

  /// `log` may be called from several threads at once.
  WebServer(WebOptions options, Log log);
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;
  /// Stops.
  ~WebServer();

  /// Before `start` alone.
  void add(WebRoute route);

  /// Listens, and serves until `stop`. Throws Error{usage} on an address that is not this
  /// machine's without a certificate; Error{input} on a certificate or key that is none;
  /// Error{environment} if it cannot listen.
  void start();

  /// "https://127.0.0.1:8443", once it listens.
  std::string url() const;

  /// Takes no more connections, answers what has been asked, and returns when all are closed.
  void stop();

  /// Connections that are being served.
  std::size_t connections() const;

  struct Core;

 private:
  std::unique_ptr<Core> core_;
};

/// Whether only this machine can reach a server that listens there.
bool is_loopback_host(const std::string& host);

}  // namespace signpost
