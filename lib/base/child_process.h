#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace signpost {

/// How another program ended: its exit status, or the signal that ended it.
struct ChildEnd {
  int status = 0;
  int signal = 0;  ///< 0: it ended by itself
};

/// The path of another program of the suite: beside this one, else `name`, to be found on PATH.
std::string program_beside(const std::string& name);

/// Runs `program` with `arguments` and waits for it. Its standard input is empty; each line of its
/// standard output and error goes to `on_line` as it comes, without its end.
///
/// The child is a process group of its own, so that an interrupt at the terminal reaches it once,
/// through this process: SIGINT or SIGTERM here (base/interrupt.h) becomes one SIGTERM there, and
/// the call returns when the child has ended. If this process dies, the child gets SIGTERM too.
/// Call from the main thread. Throws Error{environment} if the program cannot be started.
ChildEnd run_child(const std::string& program, const std::vector<std::string>& arguments,
                   const std::function<void(std::string_view line)>& on_line);

}  // namespace signpost
