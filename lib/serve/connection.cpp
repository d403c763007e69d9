#include "serve/connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "serve/web.h"

namespace signpost {
namespace {

using Clock = Connection::Clock;

Clock::time_point after(double seconds) {
  return Clock::now() +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

int milliseconds_to(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

void address_of(const sockaddr_storage& address, std::string& ip, int& port) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address);
    ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
    port = ntohs(v4->sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
    port = ntohs(v6->sin6_port);
  }
  ip = text.data();
}

}  // namespace

Connection::Connection(int socket, SSL_CTX* tls, const ConnectionLimits& limits)
    : socket_(socket), context_(tls), limits_(limits) {
  ::fcntl(socket_, F_SETFL, ::fcntl(socket_, F_GETFL) | O_NONBLOCK);
  const int yes = 1;  // an answer is two writes, and must not wait for the peer's acknowledgement
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

Connection::~Connection() {
  if (tls_) SSL_free(tls_);
  ::close(socket_);
}

bool Connection::wait(Await what, Clock::time_point deadline) const {
  pollfd poll_for = {socket_, static_cast<short>(what == Await::read ? POLLIN : POLLOUT), 0};
  for (;;) {
    const int ready = ::poll(&poll_for, 1, milliseconds_to(deadline));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

bool Connection::open() {
  if (!context_) return true;
  deadline_ = after(limits_.head_s);
  tls_ = SSL_new(context_);
  if (!tls_ || SSL_set_fd(tls_, socket_) != 1) return false;
  for (;;) {
    ERR_clear_error();
    const int result = SSL_accept(tls_);
    if (result == 1) return true;
    const int error = SSL_get_error(tls_, result);
    if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) break;
    if (!wait(error == SSL_ERROR_WANT_READ ? Await::read : Await::write, deadline_)) break;
  }
  broken_ = true;
  return false;
}

bool Connection::wait_for_request(const std::function<bool()>& give_way) {
  constexpr double kSlice = 0.05;
  in_body_ = false;
  first_line_ = true;
  line_ = head_ = 0;
  bytes_read_ = bytes_written_ = 0;
  const Clock::time_point deadline = after(limits_.idle_s);
  while (begin_ == end_ && !(tls_ && SSL_pending(tls_) > 0)) {
    if (give_way() || Clock::now() >= deadline) return false;
    if (wait(Await::read, std::min(deadline, after(kSlice)))) break;
  }
  // A peer that has closed is readable too.
  deadline_ = after(limits_.head_s);
  return begin_ != end_ || fill();
}

void Connection::begin_body(std::uint64_t length) {
  in_body_ = true;
  body_left_ = length;
  deadline_ = after(limits_.body_s + static_cast<double>(length) / limits_.bytes_per_s);
}

ssize_t Connection::receive(char* data, std::size_t size) {
  for (;;) {
    Await next = Await::read;
    if (tls_) {
      ERR_clear_error();
      const int got = SSL_read(tls_, data, static_cast<int>(size));
      if (got > 0) return got;
      const int error = SSL_get_error(tls_, got);
      if (error == SSL_ERROR_ZERO_RETURN) return 0;
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return -1;
      if (error == SSL_ERROR_WANT_WRITE) next = Await::write;
    } else {
      const ssize_t got = ::recv(socket_, data, size, 0);
      if (got >= 0) return got;
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return -1;
    }
    if (!wait(next, deadline_)) {
      refuse(408);
      return -1;
    }
  }
}

bool Connection::fill() {
  const ssize_t got = receive(buffer_.data(), buffer_.size());
  if (got <= 0) {
    broken_ = true;
    return false;
  }
  begin_ = 0;
  end_ = static_cast<std::size_t>(got);
  return true;
}

ssize_t Connection::read(char* data, size_t size) {
  if (broken_ || refused_ != 0) return -1;
  if (begin_ == end_ && !fill()) return -1;
  const std::size_t count = std::min(size, end_ - begin_);
  std::memcpy(data, buffer_.data() + begin_, count);
  begin_ += count;
  bytes_read_ += count;
  if (in_body_) {
    body_left_ -= std::min<std::uint64_t>(body_left_, count);
    return static_cast<ssize_t>(count);
  }
  for (std::size_t i = 0; i < count; ++i) {
    ++head_;
    line_ = data[i] == '\n' ? 0 : line_ + 1;
    if (data[i] == '\n') first_line_ = false;
    if (line_ > limits_.line_bytes || head_ > limits_.head_bytes) {
      refuse(first_line_ ? 414 : 431);
      return -1;
    }
  }
  return static_cast<ssize_t>(count);
}

ssize_t Connection::send(const char* data, std::size_t size, Clock::time_point deadline) {
  std::size_t sent = 0;
  while (sent < size) {
    Await next = Await::write;
    if (tls_) {
      ERR_clear_error();
      const int wrote = SSL_write(tls_, data + sent, static_cast<int>(size - sent));
      if (wrote > 0) {
        sent += static_cast<std::size_t>(wrote);
        continue;
      }
      const int error = SSL_get_error(tls_, wrote);
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return -1;
      if (error == SSL_ERROR_WANT_READ) next = Await::read;
    } else {
      const ssize_t wrote = ::send(socket_, data + sent, size - sent, MSG_NOSIGNAL);
      if (wrote >= 0) {
        sent += static_cast<std::size_t>(wrote);
        continue;
      }
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return -1;
    }
    if (!wait(next, deadline)) return -1;
  }
  bytes_written_ += sent;
  return static_cast<ssize_t>(sent);
}

ssize_t Connection::write(const char* data, size_t size) {
  if (broken_ || refused_ != 0) return -1;
  const ssize_t sent =
      send(data, size, after(limits_.body_s + static_cast<double>(size) / limits_.bytes_per_s));
  if (sent < 0) broken_ = true;
  return sent;
}

void Connection::refuse(int status) {
  // A connection on which nothing has been asked yet is just closed.
  if (refused_ != 0 || (bytes_read_ == 0 && !in_body_)) return;
  const char* what = status == 408   ? "the request did not arrive in time; send it again"
                     : status == 414 ? "the address is too long"
                                     : "the headers are too long; give at most 6144 bytes each";
  const WebAnswer answer = problem(status, what);
  const std::string text = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
      status, status_title(status), answer.type, answer.body.size(), answer.body);
  refused_ = status;
  send(text.data(), text.size(), after(1));
}

void Connection::finish() {
  constexpr double kLinger = 2;
  if (broken_ && refused_ == 0) return;
  if (tls_) SSL_shutdown(tls_);
  ::shutdown(socket_, SHUT_WR);
  if (head_ == 0 || reusable()) return;  // nothing is on its way
  // Closing while bytes arrive would reset the connection, and the answer with it (RFC 9112, 9.6).
  const Clock::time_point deadline = after(kLinger);
  while (wait(Await::read, deadline)) {
    if (::recv(socket_, buffer_.data(), buffer_.size(), 0) <= 0) break;
  }
}

void Connection::get_remote_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address = {};
  socklen_t size = sizeof address;
  ::getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  address_of(address, ip, port);
}

void Connection::get_local_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address = {};
  socklen_t size = sizeof address;
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  address_of(address, ip, port);
}

}  // namespace signpost
