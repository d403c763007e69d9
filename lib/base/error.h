#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace signpost {

/// How a program ends. docs/exit-status.md explains each to users.
enum class Exit {
  done = 0,
  refused = 1,   ///< a check or a gate said no
  usage = 2,     ///< the command line is wrong
  failed = 3,    ///< input, network or environment failed
  rejected = 4,  ///< done, but records were rejected
  interrupted = 130
};

/// Who has to act on an error; decides the exit status.
enum class Blame { usage, input, environment };

/// The one exception type. `what()` is one line for the user: what is wrong, where, what to do.
/// Thrown anywhere, caught once, in `main`. A bad record among many is not an Error: it is a
/// reject.
class Error : public std::runtime_error {
 public:
  Error(Blame blame, const std::string& message) : std::runtime_error(message), blame_(blame) {}
  Blame blame() const { return blame_; }
  Exit exit_status() const { return blame_ == Blame::usage ? Exit::usage : Exit::failed; }

 private:
  Blame blame_;
};

/// Thrown by long loops after SIGINT or SIGTERM, so that unfinished outputs are removed on the way
/// out.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// Throws Error{environment} with `what` and the text of the current `errno`.
[[noreturn]] void throw_errno(const std::string& what);

}  // namespace signpost
