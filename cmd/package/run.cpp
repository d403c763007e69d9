// libexec/signpost/package-run: the part of signpost package that needs the trainer. The command
// itself, which a server runs to sign and promote packages, does without libtorch.
#include <fmt/format.h>

#include <memory>

#include "subcommands.h"

namespace signpost {
namespace {

Exit run(PackageFlags flags) {
  if (!flags.key.empty())
    flags.package.key = std::make_shared<const SigningKey>(read_signing_key(flags.key));
  Progress progress("package", "images", 0, progress_style(flags.progress));
  const PackageResult result = package_run(flags.package, progress);
  if (!result.refusals.empty()) {
    for (const std::string& refusal : result.refusals) say("refused: " + refusal);
    say("nothing was written");
    return Exit::refused;
  }
  say(
      fmt::format("{}: {} bytes, the runner agrees with the trainer on {} of {} validation images "
                  "and on {} golden vectors",
                  flags.package.output.string(), grouped(result.bytes), grouped(result.agreeing),
                  grouped(result.compared), result.golden));
  if (!result.cost.empty()) say(result.cost);
  return Exit::done;
}

}  // namespace

Command command() {
  return {"Prove a run and write it as a package for devices", [](CLI::App& app) {
            auto flags = std::make_shared<PackageFlags>();
            declare_package(app, *flags);
            return [flags] { return run(*flags); };
          }};
}

}  // namespace signpost
