// test_faulty_proxy PORT_FILE TARGET_PORT FAULT COUNT: a network that fails. Stands before a server
// on 127.0.0.1 and spoils the first COUNT connections; further ones pass unharmed. It runs until it
// is killed.
//
//   lose-replies   the request arrives, the answer never comes back
//   cut-requests   the connection breaks in the middle of the request
//   sign-in-page   something else answers: 200, a page
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <thread>

#include "base/error.h"
#include "base/file.h"

namespace {

using namespace signpost;

sockaddr_in loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Copies both ways until `fault` strikes or one side closes.
void relay(int client, int server, const std::string& fault) {
  char buffer[65536];
  std::size_t asked = 0;
  for (;;) {
    pollfd both[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    if (::poll(both, 2, -1) <= 0) return;
    const bool from_client = both[0].revents != 0;
    const ssize_t got = ::recv(from_client ? client : server, buffer, sizeof buffer, 0);
    if (got <= 0) return;
    if (!from_client && fault == "lose-replies") return;
    auto size = static_cast<std::size_t>(got);
    asked += from_client ? size : 0;
    if (fault == "cut-requests" && asked > 100) {
      send_all(server, std::string_view(buffer, size / 2));
      return;
    }
    if (fault == "sign-in-page") {
      send_all(client,
               "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20\r\n"
               "Connection: close\r\n\r\n<html>sign in</html>");
      return;
    }
    if (!send_all(from_client ? server : client, std::string_view(buffer, size))) return;
  }
}

void serve(int client, int target, const std::string& fault) {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(target);
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    relay(client, server, fault);
  ::close(server);
  ::close(client);
}

int run(char** argv) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int target = std::atoi(argv[2]);
  const std::string fault = argv[3];
  int left = std::atoi(argv[4]);
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || ::bind(listener, any, size) != 0 || ::listen(listener, 16) != 0 ||
      ::getsockname(listener, any, &size) != 0) {
    throw_errno("test_faulty_proxy cannot listen");
  }
  OutputFile port(argv[1], true);
  port.write(std::to_string(ntohs(address.sin_port)) + "\n");
  port.commit();
  for (;;) {
    const int client = ::accept(listener, nullptr, nullptr);
    if (client < 0) continue;
    std::thread(serve, client, target, left > 0 ? fault : "none").detach();
    if (left > 0) --left;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  try {
    return run(argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
