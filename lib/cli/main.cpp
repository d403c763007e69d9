#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>

#include "base/interrupt.h"
#include "base/provenance.h"
#include "cli/command.h"
#include "cli/state.h"

namespace signpost {
namespace {

/// SIGNPOST_HISTORY=off keeps no history.
void note_provenance(int argc, char** argv) {
  const char* setting = std::getenv("SIGNPOST_HISTORY");
  if (setting && std::string_view(setting) == "off") return;
  provenance().version = version();
  provenance().command =
      normal_command_line(program_name(), std::vector<std::string>(argv + 1, argv + argc));
}

int run(int argc, char** argv) {
  if (argc > 0) state().program = std::filesystem::path(argv[0]).filename().string();
  // "signpost-split" is shown the way people type it.
  std::string typed = state().program;
  if (typed.starts_with("signpost-")) typed[8] = ' ';

  const Command the_command = command();
  CLI::App app(the_command.summary, typed);
  app.set_version_flag("--version", typed + " " + std::string(version()),
                       "Print the version and exit");
  app.add_flag("--quiet", state().quiet, "Say nothing on standard error but errors");
  app.get_formatter()->column_width(34);
  const std::function<Exit()> work = the_command.setup(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {  // --help, --version
    return app.exit(request);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "{}: {}\nTry: {} --help\n", program_name(), error.what(), typed);
    return static_cast<int>(Exit::usage);
  }
  note_provenance(argc, argv);
  watch_for_interrupt();
  return static_cast<int>(work());
}

/// A full disk behind standard output shows only when it is flushed.
int flushed(int status) {
  const bool promised = status == static_cast<int>(Exit::done) ||
                        status == static_cast<int>(Exit::refused) ||
                        status == static_cast<int>(Exit::rejected);
  if (std::fflush(stdout) != 0 && promised) {
    fmt::print(stderr, "{}: cannot write standard output: {}\n", program_name(),
               std::strerror(errno));
    return static_cast<int>(Exit::failed);
  }
  return status;
}

int guarded(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const Error& error) {
    fmt::print(stderr, "{}: {}\n", program_name(), error.what());
    return static_cast<int>(error.exit_status());
  } catch (const Interrupted&) {
    fmt::print(stderr, "{}: interrupted\n", program_name());
    return static_cast<int>(Exit::interrupted);
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "{}: out of memory\n", program_name());
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", program_name(), error.what());
  }
  return static_cast<int>(Exit::failed);
}

}  // namespace
}  // namespace signpost

int main(int argc, char** argv) {
  try {
    return signpost::flushed(signpost::guarded(argc, argv));
  } catch (...) {
    return static_cast<int>(signpost::Exit::failed);
  }
}
