// From the start of a process to its first line of output, and its peak memory:
//   bench_cold_start RUNS COMMAND [-- COMMAND]...
// The commands take turns, so that noise of
// the machine meets all of them; the first turn warms the caches and is not counted.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

extern char** environ;

namespace {

struct Program {
  std::vector<char*> words;
  std::vector<double> first_line_ms, cpu_ms;
  long peak_kib = 0;
};

double milliseconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

double milliseconds(const timeval& time) {
  return 1000.0 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1000;
}

void start_once(Program& program) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  const auto start = std::chrono::steady_clock::now();
  pid_t child = 0;
  if (::posix_spawnp(&child, program.words[0], &actions, nullptr, program.words.data(), environ)) {
    std::fprintf(stderr, "cannot start %s: %s\n", program.words[0], std::strerror(errno));
    std::exit(3);
  }
  ::close(ends[1]);
  double first = 0;
  char text[4096];
  while (const ssize_t got = ::read(ends[0], text, sizeof text)) {
    if (got < 0) std::abort();
    if (first == 0 && std::memchr(text, '\n', static_cast<std::size_t>(got)))
      first = milliseconds_since(start);
  }
  ::close(ends[0]);
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  rusage used{};
  ::wait4(child, &status, 0, &used);
  if (status != 0 || first == 0) {
    std::fprintf(stderr, "%s ended with status %d and no answer\n", program.words[0], status);
    std::exit(3);
  }
  program.first_line_ms.push_back(first);
  program.cpu_ms.push_back(milliseconds(used.ru_utime) + milliseconds(used.ru_stime));
  program.peak_kib = std::max(program.peak_kib, used.ru_maxrss);
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 2 ? std::atoi(argv[1]) : 0;
  if (runs < 1) {
    std::fprintf(stderr, "usage: %s RUNS COMMAND [-- COMMAND]...\n", argv[0]);
    return 2;
  }
  std::vector<Program> programs(1);
  for (int i = 2; i < argc; ++i) {
    if (std::strcmp(argv[i], "--") == 0) {
      programs.emplace_back();
    } else {
      programs.back().words.push_back(argv[i]);
    }
  }
  for (Program& program : programs) program.words.push_back(nullptr);
  for (int run = -1; run < runs; ++run) {
    for (Program& program : programs) {
      start_once(program);
      if (run < 0) program.first_line_ms.clear(), program.cpu_ms.clear();
    }
  }
  for (const Program& program : programs) {
    std::printf(
        "{\"program\":\"%s\",\"runs\":%d,\"first_line_ms\":{\"best\":%.2f,\"median\":%.2f,\"p90\":"
        "%.2f},\"ratio\":%.3f,\"cpu_ms\":{\"best\":%.2f,\"median\":%.2f},\"peak_mib\":%.1f}\n",
        program.words[0], runs, quantile(program.first_line_ms, 0),
        quantile(program.first_line_ms, 0.5), quantile(program.first_line_ms, 0.9),
        quantile(program.first_line_ms, 0.5) / quantile(programs[0].first_line_ms, 0.5),
        quantile(program.cpu_ms, 0), quantile(program.cpu_ms, 0.5),
        static_cast<double>(program.peak_kib) / 1024);
  }
}
