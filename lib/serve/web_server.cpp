#include "serve/web_server.h"

#include <fmt/format.h>
#include <httplib.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstring>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "base/error.h"
#include "serve/connection.h"

namespace signpost {

/// What the two kinds of server share.
struct WebServer::Core {
  WebOptions options;
  Log log;
  std::vector<WebRoute> routes;
  ConnectionLimits limits;
  SSL_CTX* tls = nullptr;
  std::unique_ptr<httplib::Server> server;
  std::thread thread;
  int port = 0;
  std::atomic<bool> stopping{false};
  std::atomic<std::size_t> waiting{0};
  mutable std::mutex mutex;
  std::set<int> open;  ///< sockets of connections; guarded by `mutex`
};

namespace {

/// The request that this thread serves; httplib's handlers are given no context of ours.
struct Current {
  WebServer::Core& core;
  Connection& connection;
  WebRequest request;
  const WebRoute* route = nullptr;
  WebExchange exchange;
  bool close = false;    ///< after this answer
  bool checked = false;  ///< the head has passed
};

thread_local Current* current = nullptr;

/// Counts the connections that wait for a thread, so that idle ones can give way.
class Threads : public httplib::ThreadPool {
 public:
  Threads(std::size_t count, std::atomic<std::size_t>& waiting)
      : ThreadPool(count), waiting_(waiting) {}
  void enqueue(std::function<void()> work) override {
    ++waiting_;
    ThreadPool::enqueue(std::move(work));
  }

 private:
  std::atomic<std::size_t>& waiting_;
};

bool path_is_plain(std::string_view path) {
  return path.starts_with('/') && path.find("..") == std::string_view::npos &&
         path.find("//") == std::string_view::npos && path.find('\\') == std::string_view::npos &&
         std::ranges::none_of(path, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

const WebRoute* find_route(const WebServer::Core& core, WebRequest& request, std::string& allowed) {
  for (const WebRoute& route : core.routes) {
    const std::string_view pattern = route.path;
    const bool below = pattern.ends_with('*');
    const std::string_view stem = pattern.substr(0, pattern.size() - (below ? 1 : 0));
    if (below ? !request.path.starts_with(stem) : request.path != stem) continue;
    if (route.method == request.method) {
      request.rest = request.path.substr(stem.size());
      return &route;
    }
    if (!allowed.empty()) allowed += ", ";
    allowed += route.method;
    if (route.method == "GET") allowed += ", HEAD";
  }
  return nullptr;
}

bool expects_body(const std::string& method) {
  return method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE";
}

/// What is refused whatever the route, before its body is read.
std::optional<WebAnswer> refuse_framing(const WebRequest& request) {
  if (request.header_count("Transfer-Encoding") > 0)
    return problem(411, "say how long the body is with Content-Length; chunks are not taken");
  if (request.header_count("Content-Length") > 1)
    return problem(400, "Content-Length stands there more than once");
  if (request.header_count("Content-Encoding") > 0)
    return problem(415, "the body must come without Content-Encoding");
  return std::nullopt;
}

/// The length of the body that was announced; nothing if it is no number.
std::optional<std::uint64_t> body_length(const WebRequest& request) {
  const std::string_view text = request.header("Content-Length");
  if (text.empty()) return 0;
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return length;
}

std::optional<WebAnswer> refuse_head(Current& now) {
  WebRequest& request = now.request;
  if (std::optional<WebAnswer> refusal = refuse_framing(request)) return refusal;
  if (!path_is_plain(request.path)) return problem(404, "there is nothing at this address");
  std::string allowed;
  now.route = find_route(now.core, request, allowed);
  if (!now.route && allowed.empty()) return problem(404, "there is nothing at this address");
  if (!now.route) return problem(405, "use " + allowed + " here").with("Allow", allowed);
  now.exchange.route = now.route->path;
  if (now.route->check) {
    if (std::optional<WebAnswer> refusal = now.route->check(request)) return refusal;
  }
  const std::optional<std::uint64_t> length = body_length(request);
  if (!length) return problem(400, "Content-Length is not a number of bytes");
  if (*length > now.route->max_body) {
    return problem(413, fmt::format("the body has {} bytes; this address takes at most {}", *length,
                                    now.route->max_body));
  }
  if (expects_body(request.method) && request.header("Content-Length").empty()) {
    if (now.route->max_body > 0)
      return problem(411, "say how long the body is with Content-Length");
    // httplib would read such a body until the peer closes.
    return now.route->answer(request);
  }
  return std::nullopt;
}

void put(WebAnswer answer, httplib::Response& response) {
  add_security_headers(answer);
  response.status = answer.status;
  for (const auto& [name, value] : answer.headers) response.set_header(name, value);
  if (answer.blob) {
    response.set_content_provider(
        answer.length, answer.type,
        [blob = answer.blob, offset = answer.offset](std::size_t from, std::size_t length,
                                                     httplib::DataSink& sink) {
          constexpr std::size_t kPiece = std::size_t{64} << 10;
          const auto* data = reinterpret_cast<const char*>(blob->data()) + offset + from;
          return sink.write(data, std::min(length, kPiece));
        });
  } else if (!answer.type.empty()) {
    response.set_content(answer.body, answer.type);
  }
  current->exchange.note = std::move(answer.note);
  current->exchange.error = std::move(answer.error);
}

/// Runs a handler; what it throws becomes an answer.
template <typename Work>
WebAnswer guarded(const Work& work) {
  const auto failed = [](int status, const char* words, const char* what) {
    WebAnswer answer = problem(status, words);
    if (status == 503) answer.headers.emplace_back("Retry-After", "30");
    answer.error = what;
    return answer;
  };
  try {
    return work();
  } catch (const Error& error) {
    if (error.blame() == Blame::environment || error.blame() == Blame::input)
      return failed(503, "the server cannot do this now; try again later", error.what());
    return failed(500, "the server failed; its log says why", error.what());
  } catch (const std::exception& error) {
    return failed(500, "the server failed; its log says why", error.what());
  }
}

void read_head(const httplib::Request& from, Current& now) {
  WebRequest& request = now.request;
  request.method = from.method == "HEAD" ? "GET" : from.method;
  request.path = from.path;
  for (const auto& [name, value] : from.params) request.query.emplace(name, value);
  for (const auto& [name, value] : from.headers) request.headers.emplace_back(name, value);
  request.from = from.remote_addr;
  request.secure = now.core.tls != nullptr;
  now.exchange.method = from.method;
  now.exchange.path = from.path;
  now.exchange.from = from.remote_addr;
}

/// Between the head of a request and its routing.
void on_head(httplib::Request& from) {
  Current& now = *current;
  // What httplib adds of its own, and what it would do by itself: ranges and compression.
  for (const char* name : {"REMOTE_ADDR", "REMOTE_PORT", "LOCAL_ADDR", "LOCAL_PORT"})
    from.headers.erase(name);
  read_head(from, now);
  from.ranges.clear();
  from.headers.erase("Accept-Encoding");
  const std::optional<std::uint64_t> length = body_length(now.request);
  const bool endless = now.request.header_count("Transfer-Encoding") > 0 || !length;
  now.connection.begin_body(endless ? std::numeric_limits<std::uint64_t>::max() : *length);
}

/// An answer that comes before the body ends the connection, if there is a body.
void settle(httplib::Response& response) {
  Current& now = *current;
  if (now.connection.reusable()) return;
  now.close = true;
  response.set_header("Connection", "close");
}

httplib::Server::HandlerResponse on_route(const httplib::Request& from,
                                          httplib::Response& response) {
  Current& now = *current;
  if (now.checked) return httplib::Server::HandlerResponse::Unhandled;
  bool answered = true;
  WebAnswer answer = guarded([&] {
    if (std::optional<WebAnswer> refusal = refuse_head(now)) return std::move(*refusal);
    if (!expects_body(from.method)) return now.route->answer(now.request);
    answered = false;
    return WebAnswer();
  });
  if (now.request.account) now.exchange.who = now.request.account->name;
  now.checked = !answered;
  if (!answered) return httplib::Server::HandlerResponse::Unhandled;
  put(std::move(answer), response);
  settle(response);
  return httplib::Server::HandlerResponse::Handled;
}

void on_body(const httplib::Request& from, httplib::Response& response) {
  Current& now = *current;
  now.request.body = from.body;
  put(guarded([&] { return now.route->answer(now.request); }), response);
}

/// A client that asks first is told before it sends.
int on_expect(const httplib::Request& from, httplib::Response& response) {
  if (!expects_body(from.method)) return 100;
  if (on_route(from, response) == httplib::Server::HandlerResponse::Unhandled) return 100;
  return response.status;
}

/// httplib's own refusals get a body of ours.
httplib::Server::HandlerResponse on_error(const httplib::Request&, httplib::Response& response) {
  if (!response.body.empty() || response.content_provider_)
    return httplib::Server::HandlerResponse::Handled;
  put(problem(response.status, "this is no request that the server understands"), response);
  settle(response);
  return httplib::Server::HandlerResponse::Handled;
}

/// A connection among those that are open.
class Registration {
 public:
  Registration(WebServer::Core& core, int socket) : core_(core), socket_(socket) {
    const std::lock_guard lock(core_.mutex);
    core_.open.insert(socket_);
  }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;
  ~Registration() {
    const std::lock_guard lock(core_.mutex);
    core_.open.erase(socket_);
  }

 private:
  WebServer::Core& core_;
  int socket_;
};

using Process = std::function<bool(Current&, bool& closed)>;

/// One request; false if no other may follow on the connection.
bool serve_one(WebServer::Core& core, Connection& connection, const Process& process) {
  const auto start = Connection::Clock::now();
  Current now{core, connection, {}, nullptr, {}, false, false};
  current = &now;
  bool closed = core.stopping;
  const bool alive = process(now, closed);
  current = nullptr;
  WebExchange& exchange = now.exchange;
  if (connection.refused() != 0) exchange.status = connection.refused();
  exchange.bytes_in = connection.bytes_read();
  exchange.bytes_out = connection.bytes_written();
  exchange.seconds = std::chrono::duration<double>(Connection::Clock::now() - start).count();
  if (exchange.bytes_in > 0) core.log(exchange);
  return alive && !closed && !now.close && connection.reusable();
}

void serve_connection(WebServer::Core& core, int socket, const Process& process) {
  constexpr std::chrono::seconds kGrace(1);  // for a new one to say something while others wait
  --core.waiting;
  Connection connection(socket, core.tls, core.limits);
  const Registration registration(core, socket);
  const auto accepted = Connection::Clock::now();
  bool first = true;
  const auto give_way = [&] {
    return core.stopping ||
           (core.waiting > 0 && (!first || Connection::Clock::now() > accepted + kGrace));
  };
  if (!connection.open()) return;
  while (connection.wait_for_request(give_way)) {
    first = false;
    if (!serve_one(core, connection, process)) break;
  }
  connection.finish();
}

/// httplib's server with connections of ours.
template <typename Base>
class Served : public Base {
 public:
  template <typename... Arguments>
  explicit Served(WebServer::Core& core, Arguments&&... arguments)
      : Base(std::forward<Arguments>(arguments)...), core_(core) {
    httplib::Server& server = *this;
    server.set_pre_routing_handler(on_route);
    const httplib::Server::Handler with_body = on_body;
    server.Post(".*", with_body).Put(".*", with_body).Delete(".*", with_body);
    server.set_expect_100_continue_handler(on_expect);
    server.set_error_handler(httplib::Server::HandlerWithResponse(on_error));
    server.set_logger([](const httplib::Request&, const httplib::Response& response) {
      current->exchange.status = response.status;
    });
    server.set_post_routing_handler([](const httplib::Request&, httplib::Response& response) {
      if (response.has_header("Connection")) response.headers.erase("Keep-Alive");
      if (response.status == 204 || response.status == 304)
        response.headers.erase("Content-Length");
    });
    server.set_keep_alive_timeout(static_cast<time_t>(core.options.idle_s));
    server.set_keep_alive_max_count(1000000);
    server.set_payload_max_length(std::numeric_limits<std::size_t>::max());
    // Two servers at one port would each get a part of the requests: no SO_REUSEPORT.
    server.set_socket_options([](int socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    server.new_task_queue = [this] {
      return new Threads(static_cast<std::size_t>(core_.options.threads), core_.waiting);
    };
  }

  /// httplib's own backlog is five.
  void widen_backlog() { ::listen(this->svr_sock_, 1024); }

 private:
  bool process_and_close_socket(socket_t socket) override {
    try {
      serve_connection(core_, socket, [this](Current& now, bool& closed) {
        return this->process_request(now.connection, closed, closed, on_head);
      });
    } catch (const std::exception&) {
      current = nullptr;  // out of memory: the connection is closed, the server goes on
    }
    return true;
  }

  WebServer::Core& core_;
};

using PlainServer = Served<httplib::Server>;
using TlsServer = Served<httplib::SSLServer>;

std::string tls_reason() {
  const unsigned long code = ERR_get_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason ? reason : "unknown reason";
}

/// Throws Error{input} that names the file. OpenSSL does not say why one cannot be read.
void load_certificate(SSL_CTX& context, const WebOptions& options) {
  SSL_CTX_set_min_proto_version(&context, TLS1_2_VERSION);
  SSL_CTX_set_options(&context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(&context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  for (const std::filesystem::path& file : {options.cert, options.key}) read_text(file);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(&context, options.cert.c_str()) != 1) {
    throw Error(Blame::input,
                options.cert.string() + ": is no certificate in PEM: " + tls_reason());
  }
  if (SSL_CTX_use_PrivateKey_file(&context, options.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(&context) != 1) {
    throw Error(Blame::input, options.key.string() + ": is not the key of " +
                                  options.cert.string() + ": " + tls_reason());
  }
}

}  // namespace

bool is_loopback_host(const std::string& host) {
  // A name that only begins like an address ("127.example.org") is none.
  const bool v4 =
      host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos;
  return v4 || host == "localhost" || host == "::1";
}

WebServer::WebServer(WebOptions options, Log log) : core_(std::make_unique<Core>()) {
  core_->options = std::move(options);
  core_->log = std::move(log);
  core_->limits.head_s = core_->options.head_s;
  core_->limits.body_s = core_->options.body_s;
  core_->limits.idle_s = core_->options.idle_s;
}

WebServer::~WebServer() { stop(); }

void WebServer::add(WebRoute route) { core_->routes.push_back(std::move(route)); }

void WebServer::start() {
  Core& core = *core_;
  const WebOptions& options = core.options;
  if (options.cert.empty() != options.key.empty())
    throw Error(Blame::usage, "--cert and --key belong together; give both");
  const bool secure = !options.cert.empty();
  if (!secure && !is_loopback_host(options.host)) {
    throw Error(Blame::usage, "--listen " + options.host +
                                  ": without --cert and --key tokens could be read on the way; "
                                  "give them, or listen on 127.0.0.1");
  }
  const auto bind = [&](auto server) {
    auto& served = *server;
    core.server = std::move(server);
    if (!served.is_valid()) throw Error(Blame::environment, "OpenSSL cannot be started");
    errno = 0;
    core.port = options.port == 0 ? served.bind_to_any_port(options.host)
                : served.bind_to_port(options.host, options.port) ? options.port
                                                                  : -1;
    if (core.port <= 0)
      throw_errno(fmt::format("cannot listen on {}:{}", options.host, options.port));
    served.widen_backlog();
  };
  if (secure) {
    std::exception_ptr failure;  // httplib frees the context only if nothing passes through it
    auto server = std::make_unique<TlsServer>(core, [&](SSL_CTX& context) {
      try {
        load_certificate(context, options);
        core.tls = &context;
        return true;
      } catch (...) {
        failure = std::current_exception();
        return false;
      }
    });
    if (failure) std::rethrow_exception(failure);
    bind(std::move(server));
  } else {
    bind(std::make_unique<PlainServer>(core));
  }
  core.thread = std::thread([&core] { core.server->listen_after_bind(); });
  while (!core.server->is_running()) std::this_thread::yield();
}

std::string WebServer::url() const {
  const WebOptions& options = core_->options;
  const bool v6 = options.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", core_->tls ? "https" : "http", v6 ? "[" : "", options.host,
                     v6 ? "]" : "", core_->port);
}

void WebServer::stop() {
  Core& core = *core_;
  if (!core.thread.joinable()) return;
  core.stopping = true;
  core.server->stop();
  const auto end = Connection::Clock::now() + std::chrono::duration<double>(core.options.drain_s);
  while (connections() > 0 && Connection::Clock::now() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  {
    const std::lock_guard lock(core.mutex);
    for (const int socket : core.open) ::shutdown(socket, SHUT_RDWR);
  }
  core.thread.join();
}

std::size_t WebServer::connections() const {
  const std::lock_guard lock(core_->mutex);
  return core_->open.size();
}

}  // namespace signpost
