// test_http_server FOLDER PORT_FILE LOG: serves FOLDER on 127.0.0.1 and misbehaves as the first
// part of the path asks: GET /FAULT,FAULT.../NAME. It runs until it is killed.
//
//   good             no fault
//   break:N          closes the connection after N bytes of each body
//   break-once:N     the same, for the first request for NAME alone
//   stall-once:N     sends N bytes of the first body and then nothing more
//   slow             sends a little now and then
//   status:N         answers N;  status-once:N: the first time;  retry-after:N: and asks to wait
//   redirect:F       sends on to /F/NAME;  redirect-file: to file:///etc/hostname
//   no-range         ignores Range;  other-part: answers with another part than asked for
//   no-length        says neither how long the body is nor that there are ranges
//   no-etag, no-validators
//   wrong-byte       one byte is another
//   changed          the first request gets another version of the file, with an ETag of its own
//   changed-silently the same without telling
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/error.h"
#include "base/file.h"

namespace {

using namespace signpost;

std::filesystem::path folder, log_path;
std::mutex mutex;
std::map<std::string, int> requests;

/// "break:100" among the faults gives 100; a fault without a number gives 0.
std::optional<long> fault(const std::string& faults, const std::string& name) {
  std::size_t begin = 0;
  while (begin <= faults.size()) {
    const std::size_t end = std::min(faults.find(',', begin), faults.size());
    const std::string one = faults.substr(begin, end - begin);
    if (one == name) return 0;
    if (one.starts_with(name + ":")) return std::atol(one.c_str() + name.size() + 1);
    begin = end + 1;
  }
  return std::nullopt;
}

std::string header(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

bool send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void note(const std::string& path, const std::string& range, const std::string& if_range,
          const std::string& status) {
  const std::lock_guard lock(mutex);
  std::FILE* log = std::fopen(log_path.c_str(), "a");
  if (!log) return;
  std::fprintf(log, "%s range=%s if-range=%s %s\n", path.c_str(), range.c_str(), if_range.c_str(),
               status.c_str());
  std::fclose(log);
}

void send_body(int socket, const std::string& faults, bool first_time, std::string_view body) {
  const auto cut = fault(faults, "break");
  const auto cut_once = fault(faults, "break-once"), stall = fault(faults, "stall-once");
  if (cut) body = body.substr(0, static_cast<std::size_t>(*cut));
  if (cut_once && first_time) body = body.substr(0, static_cast<std::size_t>(*cut_once));
  if (stall && first_time) {
    send_all(socket, body.substr(0, static_cast<std::size_t>(*stall)));
    ::sleep(60);
    return;
  }
  const std::size_t piece = fault(faults, "slow") ? 2000 : body.size();
  while (!body.empty()) {
    if (!send_all(socket, body.substr(0, piece))) return;
    body.remove_prefix(std::min(piece, body.size()));
    if (!body.empty()) ::usleep(50'000);
  }
}

void answer(int socket, const std::string& request) {
  const std::size_t begin = request.find('/'), end = request.find(' ', begin);
  const std::string path = request.substr(begin, end - begin);
  const std::size_t slash = path.find('/', 1);
  const std::string faults = path.substr(1, slash - 1);
  const std::string name = slash == std::string::npos ? "" : path.substr(slash + 1);
  const std::string range = header(request, "Range"), if_range = header(request, "If-Range");
  bool first_time = false;
  {
    const std::lock_guard lock(mutex);
    first_time = requests[name]++ == 0;
  }
  const auto reply = [&](const std::string& status, const std::string& headers,
                         std::string_view body) {
    note(path, range, if_range, status);
    if (send_all(socket, "HTTP/1.1 " + status + "\r\nConnection: close\r\n" + headers + "\r\n"))
      send_body(socket, faults, first_time, body);
  };
  const auto redirect = [&](const std::string& to) {
    reply("302 Found", "Location: " + to + "\r\nContent-Length: 0\r\n", {});
  };

  if (faults.starts_with("redirect:")) return redirect("/" + faults.substr(9) + "/" + name);
  if (fault(faults, "redirect-file")) return redirect("file:///etc/hostname");
  std::string extra;
  if (const auto wait = fault(faults, "retry-after"))
    extra = "Retry-After: " + std::to_string(*wait) + "\r\n";
  const auto status = fault(faults, "status"), status_once = fault(faults, "status-once");
  if (status || (status_once && first_time)) {
    constexpr std::string_view kPage = "<html>an error page</html>";
    return reply(std::to_string(status ? *status : *status_once) + " Trouble",
                 extra + "Content-Length: " + std::to_string(kPage.size()) + "\r\n", kPage);
  }
  std::error_code none;
  if (name.empty() || !std::filesystem::is_regular_file(folder / name, none))
    return reply("404 Not Found", "Content-Length: 0\r\n", {});

  std::string bytes = read_text(folder / name);
  std::string etag = "\"v2-" + std::to_string(bytes.size()) + "\"";
  const bool changed = fault(faults, "changed").has_value();
  if (first_time && (changed || fault(faults, "changed-silently"))) {
    for (char& c : bytes) c = static_cast<char>(c ^ 1);
    if (changed) etag[2] = '1';
  }
  if (fault(faults, "wrong-byte")) bytes[bytes.size() / 2] ^= 1;
  const std::string date = "Tue, 01 Jan 2013 00:00:00 GMT";
  std::string headers = "Last-Modified: " + date + "\r\nETag: " + etag + "\r\n";
  if (fault(faults, "no-etag")) headers = "Last-Modified: " + date + "\r\n";
  if (fault(faults, "no-validators")) headers.clear();
  if (fault(faults, "no-length")) return reply("200 OK", headers, bytes);

  const bool ranged = range.starts_with("bytes=") && !fault(faults, "no-range") &&
                      (if_range.empty() || if_range == etag || if_range == date);
  if (!ranged) {
    headers += "Content-Length: " + std::to_string(bytes.size()) + "\r\n";
    return reply("200 OK", headers, bytes);
  }
  std::size_t from = static_cast<std::size_t>(std::atol(range.c_str() + 6));
  if (from >= bytes.size()) {
    headers += "Content-Range: bytes */" + std::to_string(bytes.size()) + "\r\n";
    return reply("416 Range Not Satisfiable", headers + "Content-Length: 0\r\n", {});
  }
  if (fault(faults, "other-part")) from /= 2;
  headers += "Content-Range: bytes " + std::to_string(from) + "-" +
             std::to_string(bytes.size() - 1) + "/" + std::to_string(bytes.size()) + "\r\n";
  headers += "Content-Length: " + std::to_string(bytes.size() - from) + "\r\n";
  reply("206 Partial Content", headers, std::string_view(bytes).substr(from));
}

void serve(int socket) {
  std::string request;
  char buffer[4096];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = ::recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    request.append(buffer, static_cast<std::size_t>(got));
  }
  if (request.starts_with("GET /")) answer(socket, request);
  ::close(socket);
}

int run(char** argv) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  folder = argv[1];
  log_path = argv[3];
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  if (listener < 0 || ::bind(listener, any, size) != 0 || ::listen(listener, 16) != 0 ||
      ::getsockname(listener, any, &size) != 0) {
    throw_errno("test_http_server cannot listen");
  }
  OutputFile port(argv[2], true);
  port.write(std::to_string(ntohs(address.sin_port)) + "\n");
  port.commit();
  for (;;) {
    const int socket = ::accept(listener, nullptr, nullptr);
    if (socket >= 0) std::thread(serve, socket).detach();
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  try {
    return run(argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 3;
  }
}
