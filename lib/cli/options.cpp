#include <fmt/format.h>

#include "cli/command.h"
#include "cli/state.h"

namespace signpost {

State& state() {
  static State the_state;
  return the_state;
}

const std::string& program_name() { return state().program; }

std::string_view version() { return SIGNPOST_VERSION; }

void say(const std::string& line) {
  if (!state().quiet) fmt::print(stderr, "{}: {}\n", program_name(), line);
}

bool quiet() { return state().quiet; }

ProgressStyle progress_style(ProgressStyle style) {
  return state().quiet && style == ProgressStyle::automatic ? ProgressStyle::none : style;
}

Rejects::Options reject_options(const Rejects::Options& options) {
  Rejects::Options result = options;
  result.quiet = state().quiet;
  return result;
}

void add_manifest(CLI::App& app, StreamOptions& options) {
  app.add_option("MANIFEST", options.manifest, "NDJSON samples; \"-\" is standard input")
      ->capture_default_str();
  add_rejects(app, options.rejects);
}

void add_rejects(CLI::App& app, Rejects::Options& options) {
  app.add_option("--rejects", options.file, "Write rejected records to this file as NDJSON")
      ->type_name("FILE");
  app.add_flag("--strict", options.strict, "Stop at the first rejected record");
}

void add_root(CLI::App& app, std::filesystem::path& root) {
  app.add_option("--root", root,
                 "Folder that relative image paths start from (default: the working folder)")
      ->type_name("DIR");
}

void add_jobs(CLI::App& app, int& jobs) {
  app.add_option("--jobs", jobs, "Threads; 0 means all cores")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024))
      ->envname("SIGNPOST_JOBS");
}

void add_seed(CLI::App& app, std::uint64_t& seed) {
  app.add_option("--seed", seed, "Every random choice follows from this number")
      ->capture_default_str();
}

void add_output(CLI::App& app, std::filesystem::path& output, bool& force,
                const std::string& what) {
  app.add_option("-o,--output", output, what)->required()->type_name("PATH");
  app.add_flag("--force", force, "Replace an existing output");
}

void add_progress(CLI::App& app, ProgressStyle& style) {
  const auto choose = [&style](const std::string& name) {
    style = name == "json"   ? ProgressStyle::json
            : name == "none" ? ProgressStyle::none
                             : ProgressStyle::automatic;
  };
  app.add_option_function<std::string>("--progress", choose,
                                       "auto is a bar on a terminal; json is lines for programs")
      ->check(CLI::IsMember({"auto", "json", "none"}))
      ->option_text("auto|json|none");
}

Exit finish(Rejects& rejects) {
  rejects.summarise();
  return rejects.count() > 0 ? Exit::rejected : Exit::done;
}

}  // namespace signpost
