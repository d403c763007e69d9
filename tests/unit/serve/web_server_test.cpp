#include "serve/web_server.h"

#include <fmt/format.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "base/json_text.h"
#include "support/scratch.h"
#include "support/web_client.h"

namespace signpost {
namespace {

/// A server with an address for each thing that can happen, and what it logged.
class Site {
 public:
  explicit Site(WebOptions options = {}) {
    options.port = 0;
    options.drain_s = 1;
    server_ = std::make_unique<WebServer>(options, [this](const WebExchange& exchange) {
      const std::lock_guard lock(mutex_);
      log_.push_back(exchange);
    });
    const auto echo = [](const WebRequest& request) {
      std::string text = request.rest;
      text += '|';
      text += request.body;
      return json_answer(200, json_string(text));
    };
    server_->add({"GET", "/hello", {}, echo, 0});
    server_->add({"GET", "/below/*", {}, echo, 0});
    server_->add({"POST", "/echo", {}, echo, 1000});
    server_->add({"DELETE", "/echo", {}, [](const WebRequest&) { return empty_answer(204); }, 0});
    server_->add({"POST", "/closed",
                  [this](WebRequest&) -> std::optional<WebAnswer> {
                    ++checks;
                    return problem(401, "no");
                  },
                  echo, 1 << 20});
    server_->add({"GET",
                  "/broken",
                  {},
                  [](const WebRequest&) -> WebAnswer { throw std::runtime_error("secret"); },
                  0});
    server_->add({"GET",
                  "/full",
                  {},
                  [](const WebRequest&) -> WebAnswer {
                    throw Error(Blame::environment, "/srv/x: the disk is full");
                  },
                  0});
    server_->add({"GET",
                  "/slow",
                  {},
                  [this](const WebRequest&) {
                    ++slow;
                    std::this_thread::sleep_for(std::chrono::milliseconds(300));
                    return json_answer(200, "1");
                  },
                  0});
    server_->start();
  }
  int port() const {
    const std::string url = server_->url();
    return std::atoi(url.c_str() + url.rfind(':') + 1);
  }
  WireAnswer ask(const std::string& bytes) { return WireClient(port()).ask(bytes); }
  WebServer& server() { return *server_; }
  /// The log, once it has so many entries: a request is logged behind its answer.
  std::vector<WebExchange> log(std::size_t entries) {
    for (int i = 0; i < 500; ++i) {
      {
        const std::lock_guard lock(mutex_);
        if (log_.size() >= entries) break;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const std::lock_guard lock(mutex_);
    return log_;
  }
  std::atomic<int> checks{0}, slow{0};

 private:
  std::mutex mutex_;
  std::vector<WebExchange> log_;
  std::unique_ptr<WebServer> server_;
};

std::string get(const std::string& path, const std::string& headers = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n";
}

std::string post(const std::string& path, const std::string& headers, const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n" + body;
}

}  // namespace

TEST_CASE("requests find their handlers, one after the other on one connection") {
  Site site;
  WireClient client(site.port());
  WireAnswer answer = client.ask(get("/hello"));
  CHECK(answer.status == 200);
  CHECK(answer.body == "\"|\"\n");
  CHECK(answer.header("content-type") == "application/json");
  CHECK(answer.header("x-content-type-options") == "nosniff");
  CHECK(answer.header("cache-control") == "no-store");
  CHECK(client.ask(get("/below/a/b?c=d")).body == "\"a/b|\"\n");
  CHECK(client.ask(post("/echo", "Content-Length: 4\r\n", "body")).body == "\"|body\"\n");
  client.send("HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\n");
  answer = client.receive(true);
  CHECK(answer.status == 200);
  CHECK(answer.header("content-length") == "4");
  answer = client.ask("DELETE /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(answer.status == 204);
  CHECK(answer.header("content-length").empty());
  CHECK(client.ask(get("/hello")).status == 200);
}

TEST_CASE("requests that come in one packet are answered one by one") {
  Site site;
  WireClient client(site.port());
  client.send(post("/echo", "Content-Length: 1\r\n", "a") + get("/below/x") +
              post("/echo", "Content-Length: 1\r\n", "b"));
  CHECK(client.receive().body == "\"|a\"\n");
  CHECK(client.receive().body == "\"x|\"\n");
  CHECK(client.receive().body == "\"|b\"\n");
}

TEST_CASE("what is not there, and what is not allowed there, is said") {
  Site site;
  const WireAnswer missing = site.ask(get("/nothing"));
  CHECK(missing.status == 404);
  CHECK(missing.header("content-type") == "application/problem+json");
  CHECK(
      missing.body ==
      "{\"title\":\"Not Found\",\"status\":404,\"detail\":\"there is nothing at this address\"}\n");
  const WireAnswer wrong = site.ask(get("/echo"));
  CHECK(wrong.status == 405);
  CHECK(wrong.header("allow") == "POST, DELETE");
  CHECK(site.ask("PATCH /hello HTTP/1.1\r\n\r\n").status == 405);
}

TEST_CASE("paths that try tricks lead nowhere") {
  Site site;
  for (const char* path : {"/below/../hello", "/below/%2e%2e/hello", "/below/..%2fhello",
                           "/below//etc/passwd", "/below/a%5cb", "/below/a%00b", "hello",
                           "http://h/hello", "/below/%2e%2e%2f%2e%2e%2fetc/passwd", "*"}) {
    CHECK(site.ask(get(path)).status == 404);
  }
}

TEST_CASE("bodies without a plain length are refused unread") {
  Site site;
  CHECK(site.ask(post("/echo", "Transfer-Encoding: chunked\r\n", "1\r\na\r\n0\r\n\r\n")).status ==
        411);
  CHECK(site.ask(post("/echo", "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "body"))
            .status == 411);
  CHECK(site.ask(post("/echo", "", "")).status == 411);
  CHECK(site.ask(post("/echo", "Content-Length: 4\r\nContent-Length: 5\r\n", "body")).status ==
        400);
  for (const char* length : {"-1", "4x", "0x4", "99999999999999999999", "4, 4"}) {
    CHECK(
        site.ask(post("/echo", "Content-Length: " + std::string(length) + "\r\n", "body")).status ==
        400);
  }
  CHECK(site.ask(post("/echo", "Content-Length: 4\r\nContent-Encoding: gzip\r\n", "body")).status ==
        415);
}

TEST_CASE("a body that is too large is refused before it is sent, and the answer arrives") {
  Site site;
  WireClient client(site.port());
  const WireAnswer answer =
      client.ask(post("/echo", "Content-Length: 100000000\r\n", std::string(100000, 'a')));
  CHECK(answer.status == 413);
  CHECK(answer.header("connection") == "close");
  CHECK(answer.body.find("the body has 100000000 bytes; this address takes at most 1000") !=
        std::string::npos);
  CHECK(client.closed());
}

TEST_CASE("a client that asks first is told before it sends, and counted once") {
  Site site;
  WireClient refused(site.port());
  CHECK(refused.ask(post("/closed", "Content-Length: 9\r\nExpect: 100-continue\r\n", "")).status ==
        401);
  CHECK(site.checks == 1);
  WireClient client(site.port());
  client.send(post("/echo", "Content-Length: 4\r\nExpect: 100-continue\r\n", ""));
  client.send("body");
  CHECK(client.receive().body == "\"|body\"\n");
}

TEST_CASE("what follows an unread body is not taken for a request") {
  Site site;
  WireClient client(site.port());
  const std::string hidden = get("/hello");
  client.send(post("/closed", "Content-Length: " + std::to_string(hidden.size()) + "\r\n", hidden));
  CHECK(client.receive().status == 401);
  CHECK(client.closed());
  CHECK(site.log(1).size() == 1);
}

TEST_CASE("what a handler throws is told to the log, not to the client") {
  Site site;
  const WireAnswer broken = site.ask(get("/broken"));
  site.log(1);
  const WireAnswer full = site.ask(get("/full"));
  CHECK(broken.status == 500);
  CHECK(broken.body.find("secret") == std::string::npos);
  CHECK(full.status == 503);
  CHECK(full.header("retry-after") == "30");
  CHECK(full.body.find("/srv") == std::string::npos);
  const std::vector<WebExchange> log = site.log(2);
  REQUIRE(log.size() == 2);
  CHECK(log[0].error == "secret");
  CHECK(log[1].error == "/srv/x: the disk is full");
  CHECK(log[1].route == "/full");
}

TEST_CASE("heads without end are refused") {
  Site site;
  std::string path = "/";
  path.resize(7000, 'a');
  CHECK(site.ask(get(path)).status == 414);
  CHECK(site.ask(get("/hello", "A: " + path + "\r\n")).status == 431);
  std::string many;
  for (int i = 0; i < 2000; ++i) many += fmt::format("A{}: b\r\n", i);
  CHECK(site.ask(get("/hello", many)).status == 431);
  std::string ranges = "Range: bytes=0-0";
  while (ranges.size() < 6000) ranges += ",0-0";
  CHECK(site.ask(get("/hello", ranges + "\r\n")).status == 200);
}

TEST_CASE("what is no HTTP gets an answer or none, and the server goes on") {
  using namespace std::string_view_literals;
  Site site;
  for (const std::string_view bytes :
       {"\r\n\r\n"sv, "GET\r\n\r\n"sv, "GET /hello HTTP/9.9\r\n\r\n"sv,
        "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"sv, "\0\0\0\0\0\0\0\0\r\n\r\n"sv,
        "GET /hello HTTP/1.1\nHost: h\n\n\r\n\r\n"sv, "GET /hello HTTP/1.1 extra\r\n\r\n"sv,
        "get /hello HTTP/1.1\r\n\r\n"sv}) {
    const int status = WireClient(site.port()).ask(bytes).status;
    CHECK((status == 0 || status == 400));
  }
  CHECK(site.ask(get("/hello")).status == 200);
}

TEST_CASE("slow heads and slow bodies are given up") {
  WebOptions options;
  options.head_s = 0.2;
  options.body_s = 0.2;
  Site site(options);
  WireClient head(site.port()), body(site.port()), silent(site.port());
  head.send("GET /hello HTTP/1.1\r\nHost:");
  body.send(post("/echo", "Content-Length: 4\r\n", "bo"));
  CHECK(head.receive().status == 408);
  const WireAnswer late = body.receive();
  CHECK(late.status == 408);
  CHECK(late.body.find("did not arrive in time") != std::string::npos);
  CHECK(head.closed());
  CHECK(body.closed());
  CHECK(silent.ask(get("/hello")).status == 200);
}

TEST_CASE("idle connections give way to one that waits for a thread") {
  WebOptions options;
  options.threads = 2;
  options.idle_s = 60;
  Site site(options);
  WireClient first(site.port()), second(site.port());
  CHECK(first.ask(get("/hello")).status == 200);
  CHECK(second.ask(get("/hello")).status == 200);
  CHECK(site.ask(get("/hello")).status == 200);
}

TEST_CASE("ending answers what was asked, and takes nothing more") {
  Site site;
  const int port = site.port();
  WireClient busy(port), idle(port);
  CHECK(idle.ask(get("/hello")).status == 200);
  busy.send(get("/slow"));
  while (site.slow == 0) std::this_thread::yield();
  std::thread stopping([&] { site.server().stop(); });
  CHECK(busy.receive().status == 200);
  CHECK(idle.closed());
  stopping.join();
  CHECK_FALSE(WireClient(port).connected());
}

TEST_CASE("without a certificate only this machine is served") {
  for (const char* host : {"0.0.0.0", "192.0.2.1", "::", "127.example.org"}) {
    WebOptions options;
    options.host = host;
    options.port = 0;
    WebServer server(options, [](const WebExchange&) {});
    CHECK_THROWS_WITH(server.start(),
                      Catch::Contains("--listen") && Catch::Contains("--cert and --key"));
  }
  CHECK(is_loopback_host("127.0.0.1"));
  CHECK(is_loopback_host("::1"));
  CHECK(is_loopback_host("localhost"));
}

TEST_CASE("a port that is taken, a certificate that is none and half a pair are refused") {
  Site site;
  WebOptions options;
  options.port = site.port();
  const auto refusal = [&]() -> std::string {
    WebServer server(options, [](const WebExchange&) {});
    try {
      server.start();
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  };
  CHECK(refusal() ==
        "cannot listen on 127.0.0.1:" + std::to_string(options.port) + ": Address already in use");
  const Scratch scratch;
  options.port = 0;
  options.cert = scratch / "cert.pem";
  CHECK(refusal() == "--cert and --key belong together; give both");
  options.key = scratch / "key.pem";
  CHECK(refusal() == options.cert.string() + ": cannot be read: No such file or directory");
  std::ofstream(options.cert) << "no";
  std::ofstream(options.key) << "no";
  CHECK(refusal().starts_with(options.cert.string() + ": is no certificate in PEM: "));
}

}  // namespace signpost
