#include "curate/view.h"

#include <fmt/format.h>

#include <map>
#include <memory>

#include "cli/command.h"

namespace signpost {
namespace {

struct Options {
  StreamOptions stream;
  std::string classes = "gtsrb";
  std::string by = "none", ops = "after";
  int rows = 0;
  bool limited = false;
  ViewOptions view;
  ProgressStyle progress = ProgressStyle::automatic;
};

Exit run(Options options) {
  const std::map<std::string, ViewOptions::Rows> rows = {{"none", ViewOptions::Rows::none},
                                                         {"class", ViewOptions::Rows::classes},
                                                         {"group", ViewOptions::Rows::groups}};
  const std::map<std::string, ViewOptions::Show> shows = {{"before", ViewOptions::Show::before},
                                                          {"after", ViewOptions::Show::after},
                                                          {"both", ViewOptions::Show::both}};
  ViewOptions& view_options = options.view;
  view_options.manifest = options.stream.manifest;
  view_options.root = options.stream.root;
  view_options.by = rows.at(options.by);
  view_options.show = shows.at(options.ops);
  const bool in_rows = view_options.by != ViewOptions::Rows::none;
  view_options.rows = options.rows > 0 ? options.rows : in_rows ? 50 : 10;
  if (in_rows && view_options.sample > static_cast<std::uint64_t>(view_options.columns)) {
    throw Error(Blame::usage,
                fmt::format("--sample {} does not fit into rows of {}; raise --columns",
                            view_options.sample, view_options.columns));
  }
  if (!in_rows && view_options.sample > 0 && options.limited)
    throw Error(Blame::usage, "--limit and --sample both say how many; give one");
  if (!options.limited && view_options.sample == 0) {
    view_options.limit = static_cast<std::uint64_t>(view_options.rows) *
                         static_cast<std::uint64_t>(in_rows ? 1 : view_options.columns);
  }
  const Catalogue catalogue = Catalogue::load(options.classes);
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  Progress progress("view", "samples", 0, progress_style(options.progress));
  const ViewResult result = view(view_options, catalogue, rejects, progress);
  progress.finish();
  say(fmt::format("{} of {} on {}", grouped(result.shown), counted(result.samples, "sample"),
                  counted(result.sheets, "sheet")));
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Draw contact sheets of samples", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            ViewOptions& view = options->view;
            add_manifest(app, options->stream);
            add_output(app, view.output, view.force, "PNG; several sheets become NAME-001.png …");
            app.add_option("--columns", view.columns, "Tiles in a row")
                ->capture_default_str()
                ->check(CLI::Range(1, 1000));
            app.add_option("--rows", options->rows, "Rows on a sheet (default: 10, with --by 50)")
                ->check(CLI::Range(1, 10000));
            app.add_option("--tile-px", view.tile_px, "Side of a picture on the sheet")
                ->capture_default_str()
                ->check(CLI::Range(SheetLayout::kLeastTile, 4096));
            auto* limit = app.add_option("--limit", view.limit,
                                         "Show the first N samples, or rows with --by; 0 for all "
                                         "(default: one sheet)")
                              ->type_name("N");
            limit->each([options](const std::string&) { options->limited = true; });
            app.add_option("--sample", view.sample,
                           "Show N samples drawn at random; with --by, N of each row")
                ->type_name("N")
                ->check(CLI::Range(1, 1000000));
            add_seed(app, view.seed);
            app.add_option("--by", options->by, "A row for each class or group")
                ->option_text("none|class|group")
                ->check(CLI::IsMember({"none", "class", "group"}));
            app.add_option(
                   "--ops", options->ops,
                   "Show samples before their operations, after them (the default), or both")
                ->option_text("before|after|both")
                ->check(CLI::IsMember({"before", "after", "both"}));
            app.add_option("--classes", options->classes, "Class catalogue: a name or a file")
                ->capture_default_str();
            add_root(app, options->stream.root);
            add_jobs(app, view.jobs);
            add_progress(app, options->progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
