#include "curate/diff.h"

#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "curate/diff_report.h"
#include "source/packed_source.h"

namespace signpost {
namespace {

struct Options {
  std::string a, b;
  std::string classes = "gtsrb";
  bool changes = false, json = false;
  Rejects::Options rejects;
  ProgressStyle progress = ProgressStyle::automatic;
};

void warn_of_twice(const std::string& name, std::uint64_t records) {
  if (records == 0) return;
  say(
      fmt::format("{}: {} with an id that came before; the first of each is compared; signpost "
                  "merge keeps one of each",
                  name, counted(records, "record")));
}

Exit run(const Options& options) {
  if (options.a == "-" && options.b == "-")
    throw Error(Blame::usage, "\"-\" stands twice; standard input can be read as one input only");
  const Catalogue catalogue = Catalogue::load(options.classes);
  Rejects rejects(program_name(), reject_options(options.rejects));
  const std::unique_ptr<RecordSource> a = open_records(options.a), b = open_records(options.b);
  LineWriter out;
  DiffSummary summary;
  {
    Progress progress("diff", "samples", 0, progress_style(options.progress));
    summary = diff(*a, *b, rejects, progress, [&](const Change& change) {
      if (options.changes) out.write_line(change_json(change));
    });
  }
  out.finish();
  warn_of_twice(options.a, summary.twice_a);
  warn_of_twice(options.b, summary.twice_b);
  if (options.json) {
    fmt::print("{}\n", diff_json(summary, options.a, options.b));
  } else if (!options.changes) {
    fmt::print("{}", diff_text(summary, options.a, options.b, catalogue));
  }
  const Exit end = finish(rejects);
  return summary.equal() ? end : Exit::refused;
}

}  // namespace

Command command() {
  return {"Tell what changed between two data sets", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            constexpr const char* kWhat =
                "NDJSON samples (\"-\" is standard input), or a folder from signpost pack";
            app.add_option("A", options->a, kWhat)->required();
            app.add_option("B", options->b, kWhat)->required();
            CLI::Option* const changes = app.add_flag("--changes", options->changes,
                                                      "Print each change as a JSON object instead");
            app.add_flag("--json", options->json, "Print the numbers as one JSON object")
                ->excludes(changes);
            app.add_option("--classes", options->classes,
                           "Class catalogue that names the labels: a name or a TOML file")
                ->capture_default_str();
            add_rejects(app, options->rejects);
            add_progress(app, options->progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
