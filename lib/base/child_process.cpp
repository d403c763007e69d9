#include "base/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"

namespace signpost {
namespace {

constexpr int kWakeMs = 100;  // between looks at the interrupt flag

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  int number() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_;
};

/// Between fork and exec: only calls that are safe there. Tells why it failed through `failure`.
[[noreturn]] void become(const char* program, char* const* argv, pid_t parent, int empty,
                         int output, int failure) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(126);
  if (::dup2(empty, STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0 &&
      ::dup2(output, STDERR_FILENO) >= 0) {
    ::execvp(program, argv);
  }
  const int reason = errno;
  [[maybe_unused]] const ssize_t ignored = ::write(failure, &reason, sizeof reason);
  ::_exit(127);
}

/// Reads until the other side is closed. Passes an interrupt on once.
void read_lines(int from, pid_t child, const std::function<void(std::string_view)>& on_line) {
  std::string pending;
  std::array<char, 4096> buffer;
  bool told = false;
  for (;;) {
    if (interrupted() && !told) {
      ::kill(child, SIGTERM);
      told = true;
    }
    pollfd wait{from, POLLIN, 0};
    const int ready = ::poll(&wait, 1, kWakeMs);
    if (ready <= 0) continue;  // a signal, or nothing yet
    const ssize_t count = ::read(from, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    pending.append(buffer.data(), static_cast<std::size_t>(count));
    std::size_t begin = 0;
    for (std::size_t end; (end = pending.find('\n', begin)) != std::string::npos; begin = end + 1)
      on_line(std::string_view(pending).substr(begin, end - begin));
    pending.erase(0, begin);
  }
  if (!pending.empty()) on_line(pending);
}

}  // namespace

std::string program_beside(const std::string& name) {
  std::error_code ignored;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  if (!ignored) {
    const std::filesystem::path beside = self.parent_path() / name;
    if (std::filesystem::exists(beside, ignored)) return beside.string();
  }
  return name;
}

ChildEnd run_child(const std::string& program, const std::vector<std::string>& arguments,
                   const std::function<void(std::string_view line)>& on_line) {
  std::vector<std::string> words = {std::filesystem::path(program).filename().string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  int output[2], failure[2];
  if (::pipe2(output, O_CLOEXEC) != 0) throw_errno("cannot run " + program);
  Descriptor output_read(output[0]), output_write(output[1]);
  if (::pipe2(failure, O_CLOEXEC) != 0) throw_errno("cannot run " + program);
  Descriptor failure_read(failure[0]), failure_write(failure[1]);
  const Descriptor empty(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw_errno("cannot run " + program);
  if (child == 0) {
    become(program.c_str(), argv.data(), parent, empty.number(), output_write.number(),
           failure_write.number());
  }
  output_write.close();
  failure_write.close();

  int reason = 0;
  ssize_t told;
  do {
    told = ::read(failure_read.number(), &reason, sizeof reason);
  } while (told < 0 && errno == EINTR);
  try {
    read_lines(output_read.number(), child, on_line);
  } catch (...) {
    ::kill(child, SIGTERM);
    ::waitpid(child, nullptr, 0);
    throw;
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (told > 0) {
    throw Error(Blame::environment,
                "cannot run " + program + ": " + std::string(std::strerror(reason)));
  }
  if (WIFSIGNALED(status)) return {.status = 0, .signal = WTERMSIG(status)};
  return {.status = WEXITSTATUS(status), .signal = 0};
}

}  // namespace signpost
