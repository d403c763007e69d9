#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "base/spelling.h"
#include "cli/command.h"
#include "commands.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

void print_commands() {
  fmt::print(
      "signpost {}: traffic-sign data sets, networks and packages for phones\n\n"
      "Usage: signpost COMMAND [OPTIONS]\n       signpost COMMAND --help\n",
      version());
  for (const CommandGroup& group : kCommandGroups) {
    fmt::print("\n{}\n", group.title);
    for (const CommandEntry& entry : group.commands)
      fmt::print("  {:<10} {}\n", entry.name, entry.summary);
  }
}

std::string nearest_command(const std::string& name) {
  std::vector<std::string_view> names;
  for (const CommandGroup& group : kCommandGroups) {
    for (const CommandEntry& entry : group.commands) names.emplace_back(entry.name);
  }
  return std::string(nearest_name(name, names));
}

/// Replaces this process by signpost-NAME: the one beside this program, else one on PATH. Returns
/// only on failure.
void execute(const std::string& name, std::vector<std::string> arguments) {
  const std::string program = "signpost-" + name;
  std::vector<char*> argv;
  std::string first = program;
  argv.push_back(first.data());
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::error_code ignored;
  const fs::path self = fs::read_symlink("/proc/self/exe", ignored);
  if (!ignored) ::execv((self.parent_path() / program).c_str(), argv.data());
  ::execvp(program.c_str(), argv.data());
}

Exit run(const std::vector<std::string>& words) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h" ||
      (words[0] == "help" && words.size() == 1)) {
    print_commands();
    return words.empty() ? Exit::usage : Exit::done;
  }
  const bool help = words[0] == "help";
  const std::string& name = words[help ? 1 : 0];
  std::vector<std::string> arguments(words.begin() + 1, words.end());
  if (help) arguments = {"--help"};
  if (name.starts_with("-") || name.find('/') != std::string::npos) {
    throw Error(Blame::usage,
                "the first word must be a command, not " + name + "; see signpost --help");
  }
  execute(name, std::move(arguments));
  if (errno != ENOENT) throw_errno("cannot run signpost-" + name);
  const std::string near = nearest_command(name);
  throw Error(Blame::usage,
              "there is no command " + name +
                  (near.empty() ? "; see signpost --help" : "; did you mean " + near + "?"));
}

}  // namespace

Command command() {
  return {"Find and run a command of the suite", [](CLI::App& app) {
            app.prefix_command();
            app.set_help_flag();
            return [&app] { return run(app.remaining()); };
          }};
}

}  // namespace signpost
