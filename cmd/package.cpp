#include <unistd.h>

#include <fstream>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "cli/state.h"
#include "package/subcommands.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

struct Choice {
  PackageFlags flags;
  std::function<Exit()> work;  ///< of the subcommand; empty: package a run
};

/// The arguments of this process, as they were given.
std::vector<std::string> arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> all;
  for (std::string each; std::getline(file, each, '\0');) all.push_back(each);
  return all;
}

/// Becomes libexec/signpost/package-run, beside the folder that this program lies in.
[[noreturn]] void hand_over() {
  std::error_code ignored;
  const fs::path self = fs::read_symlink("/proc/self/exe", ignored);
  const fs::path program = self.parent_path().parent_path() / "libexec/signpost/package-run";
  std::vector<std::string> all = arguments();
  std::vector<char*> pointers;
  for (std::string& each : all) pointers.push_back(each.data());
  pointers.push_back(nullptr);
  ::execv(program.c_str(), pointers.data());
  throw_errno("cannot run " + program.string() + ", which is part of signpost");
}

Exit run(const Choice& choice) {
  if (choice.work) return choice.work();
  const PackageOptions& package = choice.flags.package;
  if (package.run.empty()) throw Error(Blame::usage, "name the RUN to package, or a subcommand");
  if (package.output.empty()) throw Error(Blame::usage, "--output is required");
  refuse_existing(package.output, package.force);
  hand_over();
}

void add_subcommand(CLI::App& app, const std::shared_ptr<Choice>& choice,
                    const PackageCommand& command) {
  CLI::App* sub = app.add_subcommand(command.name, command.summary);
  sub->add_flag("--quiet", state().quiet, "Say nothing on standard error but errors");
  sub->callback([choice, work = command.setup(*sub)] { choice->work = work; });
}

}  // namespace

Command command() {
  return {"Prove a run and write it as a package for devices", [](CLI::App& app) {
            auto choice = std::make_shared<Choice>();
            app.require_subcommand(0, 1);
            declare_package(app, choice->flags);
            for (const auto& subcommand : {package_keygen(), package_sign()})
              add_subcommand(app, choice, subcommand);
            for (const auto& subcommand : package_registry())
              add_subcommand(app, choice, subcommand);
            return [choice] { return run(*choice); };
          }};
}

}  // namespace signpost
