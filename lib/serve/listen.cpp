#include "serve/listen.h"

#include <charconv>

#include "base/error.h"

namespace signpost {

void parse_listen(const std::string& text, WebOptions& web) {
  constexpr int kMostPort = 65535;
  const std::size_t colon = text.rfind(':');
  std::string host = text.substr(0, colon == std::string::npos ? 0 : colon);
  const char* const end = text.data() + text.size();
  int port = -1;
  if (colon != std::string::npos) {
    const auto [next, error] = std::from_chars(text.data() + colon + 1, end, port);
    if (error != std::errc() || next != end) port = -1;
  }
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  if (host.empty() || port < 0 || port > kMostPort)
    throw Error(Blame::usage, "--listen " + text + ": give HOST:PORT, or [ADDRESS]:PORT");
  web.host = host;
  web.port = port;
}

}  // namespace signpost
