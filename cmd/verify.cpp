#include "proof/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/command.h"

namespace signpost {
namespace {

struct Options {
  VerifyOptions verify;
  Rejects::Options rejects;
  ProgressStyle progress = ProgressStyle::automatic;
  bool json = false;
};

Exit run(const Options& options) {
  Rejects rejects(program_name(), reject_options(options.rejects));
  Progress progress(
      "verify", "images", 0,
      options.verify.samples.empty() ? ProgressStyle::none : progress_style(options.progress));
  const std::vector<Check> checks = verify_package(options.verify, rejects, progress);
  fmt::print("{}", options.json ? checks_json(checks) : checks_text(checks));
  const auto failed = std::ranges::count(checks, Check::Result::failed, &Check::result);
  if (failed == 0) return finish(rejects);
  say(fmt::format("{}: {} of {} checks failed", options.verify.package.string(), failed,
                  checks.size()));
  return Exit::refused;
}

}  // namespace

Command command() {
  return {"Prove again, on this machine, what a package promises", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            VerifyOptions& verify = options->verify;
            app.add_option("PACKAGE", verify.package, "The package, NAME.signpost")->required();
            app.add_option("--pubkey", verify.public_key,
                           "Require a signature by this key of minisign: its text or its file")
                ->type_name("KEY");
            app.add_option("--gates", verify.gates,
                           "Hold it to these gates (default: those that it was packaged under)")
                ->envname("SIGNPOST_GATES")
                ->type_name("FILE");
            app.add_option("--samples", verify.samples,
                           "Measure it on these labelled samples; - is standard input")
                ->type_name("MANIFEST");
            app.add_option("--split", verify.split,
                           "Of the samples, only this split (default: all but \"train\")")
                ->type_name("NAME");
            app.add_flag("--json", options->json, "Print each check as a line of JSON");
            add_rejects(app, options->rejects);
            add_root(app, verify.root);
            add_jobs(app, verify.jobs);
            add_progress(app, options->progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
