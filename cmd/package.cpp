#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "train/compression.h"
#include "train/packager.h"

namespace signpost {
namespace {

struct Options {
  PackageOptions package;
};

Exit run(Options options) {
  const PackageResult result = package_run(options.package);
  if (!result.refusal.empty()) {
    say("refused: " + result.refusal + "; nothing was written");
    return Exit::refused;
  }
  say(fmt::format(
      "{}: {} bytes, the runner agrees with the {} on {} of {} validation images and on {} golden "
      "vectors",
      options.package.output.string(), grouped(result.bytes),
      result.cost.empty() ? "trainer" : "reference", grouped(result.agreeing),
      grouped(result.compared), result.golden));
  if (!result.cost.empty()) say(result.cost);
  return Exit::done;
}

}  // namespace

Command command() {
  return {
      "Prove a run and write it as a package for devices", [](CLI::App& app) {
        auto options = std::make_shared<Options>();
        PackageOptions& package = options->package;
        app.add_option("RUN", package.run, "Run folder, as signpost train leaves it")->required();
        add_output(app, package.output, package.force,
                   "The package, NAME.signpost or NAME-VERSION.signpost");
        app.add_option("--name", package.name, "Name of the package (default: from the file name)");
        app.add_option("--release", package.version,
                       "Version of the package (default: from the file name, else 1)");
        app.add_option("--precision", package.precision,
                       "How the weights are stored: int8 also computes in integers")
            ->check(CLI::IsMember(precision_names()))
            ->capture_default_str();
        app.add_option("--parity-samples", package.parity_samples,
                       "Validation images on which runner and trainer must agree; 0 for all")
            ->capture_default_str();
        add_root(app, package.root);
        return [options] { return run(*options); };
      }};
}

}  // namespace signpost
