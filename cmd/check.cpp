#include "curate/check.h"

#include <fmt/format.h>

#include <memory>

#include "cli/command.h"

namespace signpost {
namespace {

struct Options {
  std::string manifest = "-";
  std::string classes = "gtsrb";
  CheckOptions check;
  bool no_images = false;
  bool json = false;
  bool warnings_as_errors = false;
};

Exit run(const Options& options) {
  const Catalogue catalogue = Catalogue::load(options.classes);
  CheckOptions check_options = options.check;
  check_options.images = !options.no_images;
  check_options.progress = progress_style(check_options.progress);
  LineReader lines(options.manifest, Passes::two);
  LineWriter out;
  const CheckCounts counts = check(lines, catalogue, check_options, [&](const Finding& finding) {
    out.write_line(options.json ? json_line(finding) : text_line(finding));
  });
  out.finish();
  say(fmt::format("{} checked: {}, {}", counted(counts.samples, "sample"),
                  counted(counts.errors, "error"), counted(counts.warnings, "warning")));
  const bool refused = counts.errors > 0 || (options.warnings_as_errors && counts.warnings > 0);
  return refused ? Exit::refused : Exit::done;
}

}  // namespace

Command command() {
  return {"Look for leaks, duplicates, bad boxes and missing images", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            app.add_option("MANIFEST", options->manifest, "NDJSON samples; \"-\" is standard input")
                ->capture_default_str();
            add_root(app, options->check.root);
            app.add_option("--classes", options->classes, "Class catalogue: a name or a file")
                ->capture_default_str();
            app.add_flag("--no-images", options->no_images, "Look at the records alone");
            app.add_flag("--json", options->json, "Print each finding as a JSON object");
            app.add_flag("--warnings-as-errors", options->warnings_as_errors,
                         "Exit with 1 on warnings too");
            add_jobs(app, options->check.jobs);
            add_progress(app, options->check.progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
