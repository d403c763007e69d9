#pragma once

#include <httplib.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace signpost {

/// How long and how large what a peer sends may be.
struct ConnectionLimits {
  double head_s = 10;              ///< for the request line and the headers to arrive
  double body_s = 30;              ///< for the body, and for each answer; and beyond that …
  double bytes_per_s = 4096;       ///< … the time that its bytes take at this rate
  double idle_s = 15;              ///< between two requests
  std::size_t line_bytes = 6144;   ///< of one header
  std::size_t head_bytes = 16384;  ///< of all
};

/// A connection that was accepted, plain or TLS, as httplib reads and writes it. httplib itself has
/// a limit for each wait, but none for a whole request: a peer that sends a byte now and then would
/// keep a thread for ever, one that sends a header without end would fill the memory. For one
/// thread.
class Connection : public httplib::Stream {
 public:
  using Clock = std::chrono::steady_clock;

  /// Takes the socket over and closes it. With a context it speaks TLS.
  Connection(int socket, SSL_CTX* tls, const ConnectionLimits& limits);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() override;

  /// The handshake, where there is one. False: the peer does not speak TLS as it should.
  bool open();
  /// Waits for the first byte of a request; false if none came in time, the peer has closed, or
  /// `give_way` asks for the thread meanwhile. What is read after that is a head …
  bool wait_for_request(const std::function<bool()>& give_way);
  /// … and after this a body of so many bytes.
  void begin_body(std::uint64_t length);
  /// True if another request may follow: all that was announced has been read.
  bool reusable() const { return refused_ == 0 && !broken_ && in_body_ && body_left_ == 0; }
  /// The status with which it has answered by itself, in place of httplib: 408, 414, 431; or 0.
  int refused() const { return refused_; }
  std::uint64_t bytes_read() const { return bytes_read_; }
  std::uint64_t bytes_written() const { return bytes_written_; }
  /// Ends the connection so that the peer can read the last answer, even if it was still sending.
  void finish();

  bool is_readable() const override { return true; }
  bool is_writable() const override { return !broken_ && refused_ == 0; }
  ssize_t read(char* data, size_t size) override;
  ssize_t write(const char* data, size_t size) override;
  void get_remote_ip_and_port(std::string& ip, int& port) const override;
  void get_local_ip_and_port(std::string& ip, int& port) const override;
  socket_t socket() const override { return socket_; }

 private:
  enum class Await { read, write };
  bool wait(Await what, Clock::time_point deadline) const;
  ssize_t receive(char* data, std::size_t size);
  ssize_t send(const char* data, std::size_t size, Clock::time_point deadline);
  bool fill();
  void refuse(int status);

  int socket_;
  SSL_CTX* context_;
  SSL* tls_ = nullptr;
  ConnectionLimits limits_;
  Clock::time_point deadline_;
  std::array<char, 16384> buffer_;
  std::size_t begin_ = 0, end_ = 0;
  bool in_body_ = false, broken_ = false, first_line_ = true;
  std::size_t line_ = 0, head_ = 0;  ///< bytes of them so far
  std::uint64_t body_left_ = 0, bytes_read_ = 0, bytes_written_ = 0;
  int refused_ = 0;
};

}  // namespace signpost
