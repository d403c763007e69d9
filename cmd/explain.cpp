#include "train/explain.h"

#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "image/contact_sheet.h"
#include "train/run_model.h"

namespace signpost {
namespace {

struct Options {
  StreamOptions stream;
  ExplainOptions explain;
  ProgressStyle progress = ProgressStyle::automatic;
  const CLI::Option* manifest = nullptr;
};

Exit run(Options options) {
  ExplainOptions& wanted = options.explain;
  wanted.manifest = options.stream.manifest;
  if (options.manifest->count() == 0 && !wanted.ids.empty())
    wanted.manifest = (wanted.run / "validation.ndjson").string();
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  set_training_threads(wanted.jobs);
  Progress progress("explain", "images", 0, progress_style(options.progress));
  const ExplainResult result = explain(wanted, rejects, progress);
  progress.finish();
  say(fmt::format("{} explained, {} of them wrong, {}", counted(result.explained, "sample"),
                  grouped(result.wrong),
                  result.sheets > 0 ? "on " + counted(result.sheets, "sheet")
                                    : "in " + wanted.output.string()));
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Draw where a run looked when it classified samples", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            ExplainOptions& explain = options->explain;
            app.add_option("RUN", explain.run, "Run folder")->required();
            add_manifest(app, options->stream);
            options->manifest = app.get_option("MANIFEST");
            add_output(app, explain.output, explain.force,
                       "NAME.png for contact sheets (\"-\" is standard output), any other name for "
                       "a folder with a PNG a sample");
            CLI::Option* ids =
                app.add_option("--id", explain.ids,
                               "Explain the sample of this id, of any split; may be repeated. "
                               "Without MANIFEST: of the run's own validation samples")
                    ->type_name("ID")
                    ->allow_extra_args(false);
            app.add_option("--split", explain.split,
                           "Explain samples of this split (default: all but \"train\")")
                ->type_name("NAME")
                ->excludes(ids);
            app.add_flag("--wrong", explain.wrong, "Explain mistakes alone");
            app.add_option("--limit", explain.limit, "Explain so many at most; 0 means all")
                ->capture_default_str();
            app.add_option("--columns", explain.columns, "Samples in a row of a sheet")
                ->capture_default_str()
                ->check(CLI::Range(1, 100));
            app.add_option("--rows", explain.rows, "Rows of a sheet")
                ->capture_default_str()
                ->check(CLI::Range(1, 1000));
            app.add_option("--tile-px", explain.tile_px, "Side of a picture")
                ->capture_default_str()
                ->check(CLI::Range(SheetLayout::kLeastTile, 2048));
            add_root(app, explain.root);
            add_jobs(app, explain.jobs);
            add_progress(app, options->progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
