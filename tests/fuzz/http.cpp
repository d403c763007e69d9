// Bytes that a peer sends to a server on loopback: whatever they are, it answers with HTTP or
// closes, and answers the next sound request. The server is one for all inputs.
#include <string>

#include "harness.h"
#include "serve/web_server.h"
#include "support/web_client.h"

namespace {

using namespace signpost;

/// Never destroyed: its threads end with the process.
WebServer& server() {
  static WebServer* const the_server = [] {
    WebOptions options;
    options.port = 0;
    options.threads = 4;
    options.head_s = options.body_s = 0.05;
    auto* made =
        new WebServer(options, [](const WebExchange& exchange) { PROMISE(exchange.bytes_in > 0); });
    const auto echo = [](const WebRequest& request) {
      PROMISE(request.body.size() <= 100);
      PROMISE(request.path.find("..") == std::string::npos);
      return json_answer(200, "1");
    };
    made->add({"GET", "/a", {}, echo, 0});
    made->add({"GET", "/below/*", {}, echo, 0});
    made->add({"POST", "/a", {}, echo, 100});
    made->add({"DELETE", "/a", {}, echo, 0});
    made->start();
    return made;
  }();
  return *the_server;
}

int port() {
  const std::string url = server().url();
  return std::atoi(url.c_str() + url.rfind(':') + 1);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int at = port();
  {
    WireClient client(at);
    client.send({reinterpret_cast<const char*>(data), size});
    client.end();
    const int status = client.receive().status;
    PROMISE(status == 0 || (status >= 100 && status < 600));
  }
  WireClient sound(at);
  PROMISE(sound.ask("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").status == 200);
  return 0;
}
