#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace signpost {

/// What came back over a socket.
struct WireAnswer {
  int status = 0;                              ///< 0: the server closed without an answer
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? "" : found->second;
  }
};

/// A client that sends any bytes, sound or not. Gives up waiting after `patience_s`.
class WireClient {
 public:
  explicit WireClient(int port, int patience_s = 20)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval patience = {patience_s, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int yes = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  WireClient(const WireClient&) = delete;
  WireClient& operator=(const WireClient&) = delete;
  ~WireClient() { ::close(socket_); }

  bool connected() const { return connected_; }

  /// False if the server has closed.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  /// Nothing more will be sent.
  void end() { ::shutdown(socket_, SHUT_WR); }

  /// The next answer; its status is 0 if none comes. `head`: without the body that it announces.
  WireAnswer receive(bool head = false) {
    WireAnswer answer;
    std::size_t end;
    while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return answer;
    }
    const std::string text = pending_.substr(0, end + 2);
    pending_.erase(0, end + 4);
    answer.status = text.size() > 12 ? std::atoi(text.c_str() + 9) : 0;
    for (std::size_t at = text.find("\r\n") + 2; at < text.size();) {
      const std::size_t line_end = text.find("\r\n", at), colon = text.find(':', at);
      if (colon < line_end) {
        std::string name = text.substr(at, colon - at);
        std::ranges::transform(name, name.begin(),
                               [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        const std::size_t value = text.find_first_not_of(' ', colon + 1);
        answer.headers[name] = text.substr(value, line_end - value);
      }
      at = line_end + 2;
    }
    if (answer.status == 100) return receive(head);
    const std::string length = answer.header("content-length");
    const auto size = static_cast<std::size_t>(std::atoll(length.c_str()));
    if (head || length.empty()) return answer;
    while (pending_.size() < size) {
      if (!more()) break;
    }
    answer.body = pending_.substr(0, size);
    pending_.erase(0, size);
    return answer;
  }

  WireAnswer ask(std::string_view bytes) {
    send(bytes);
    return receive();
  }

  /// True if the server closes without another byte.
  bool closed() { return pending_.empty() && !more(); }

 private:
  bool more() {
    char buffer[65536];
    const ssize_t got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    pending_.append(buffer, static_cast<std::size_t>(got));
    return true;
  }

  int socket_;
  bool connected_ = false;
  std::string pending_;
};

}  // namespace signpost
