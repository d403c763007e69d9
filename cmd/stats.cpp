#include <cstdio>
#include <memory>

#include "base/file.h"
#include "cli/command.h"
#include "curate/figures.h"

namespace signpost {
namespace {

struct Options {
  StreamOptions stream;
  std::string classes = "gtsrb";
  bool json = false, pixels = false, no_images = false, force = false;
  std::string html, title;
  int pictures = 6, jobs = 0;
  ProgressStyle progress = ProgressStyle::automatic;
};

std::string title_of(const Options& options) {
  if (!options.title.empty()) return options.title;
  return options.stream.manifest == "-" ? "Data set" : options.stream.manifest;
}

Exit run(const Options& options) {
  const Catalogue catalogue = Catalogue::load(options.classes);
  std::optional<OutputFile> page;
  if (!options.html.empty()) page.emplace(options.html, options.force);
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  Progress progress("stats", "samples", 0, progress_style(options.progress));
  FiguresOptions wanted;
  wanted.manifest = options.stream.manifest;
  wanted.root = options.stream.root;
  wanted.images = options.pixels || (page && !options.no_images);
  wanted.pictures = page && wanted.images && options.pictures > 0 ? options.pictures : -1;
  wanted.jobs = options.jobs;
  const Figures figures = figures_of(wanted, rejects, progress);
  progress.finish();
  if (page) {
    const Renderer renderer(options.stream.root);
    page->write(stats_page(figures, catalogue, title_of(options), &renderer));
    page->commit();
  }
  if (options.html != "-") {
    const std::string text =
        options.json ? stats_json(figures, catalogue) + "\n" : stats_table(figures, catalogue);
    std::fputs(text.c_str(), stdout);
  }
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Count classes, tracks, splits, sizes and pixels", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            add_manifest(app, options->stream);
            app.add_option("--classes", options->classes, "Class catalogue: a name or a file")
                ->capture_default_str();
            app.add_flag("--json", options->json, "Print one JSON object");
            auto* pixels = app.add_flag("--pixels", options->pixels,
                                        "Read the images too: brightness, contrast, channels");
            auto* html = app.add_option("--html", options->html,
                                        "Write a page with plots; reads the images too")
                             ->type_name("FILE");
            app.add_flag("--no-images", options->no_images,
                         "Leave what needs the images out of the page")
                ->needs(html)
                ->excludes(pixels);
            app.add_option("--pictures", options->pictures,
                           "Samples of each class on the page; 0 for no pictures at all")
                ->capture_default_str()
                ->check(CLI::Range(0, 24))
                ->needs(html);
            app.add_option("--title", options->title,
                           "Title of the page (default: the manifest's name)")
                ->type_name("TEXT")
                ->needs(html);
            app.add_flag("--force", options->force, "Replace an existing page")->needs(html);
            add_root(app, options->stream.root);
            add_jobs(app, options->jobs);
            add_progress(app, options->progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
