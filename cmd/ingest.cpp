#include <memory>

#include "cli/command.h"
#include "sample/catalogue.h"
#include "sample/stream.h"
#include "source/gtsrb.h"

namespace signpost {
namespace {

struct Options {
  std::vector<std::string> paths;
  std::string classes = "gtsrb";
  Rejects::Options rejects;
  ProgressStyle progress = ProgressStyle::automatic;
  int jobs = 0;
};

Exit run(const Options& options) {
  const Catalogue catalogue = Catalogue::load(options.classes);
  Rejects rejects(program_name(), reject_options(options.rejects));
  LineWriter writer;
  std::uint64_t count = 0;
  {
    Progress progress("ingest", "images", 0, progress_style(options.progress));
    GtsrbOptions gtsrb;
    gtsrb.jobs = options.jobs;
    gtsrb.known_class = [&](int id) { return catalogue.find(id) != nullptr; };
    gtsrb.on_images = [&](std::uint64_t images) { progress.add(images); };
    read_gtsrb(options.paths, gtsrb, rejects, [&](const Sample& sample) {
      writer.write(sample);
      ++count;
    });
  }
  writer.finish();
  say(grouped(count) + " samples" +
      (rejects.count() ? ", " + grouped(rejects.count()) + " rejected" : ""));
  return finish(rejects);
}

}  // namespace

Command command() {
  return {
      "Read images and annotations into a stream of samples", [](CLI::App& app) {
        auto options = std::make_shared<Options>();
        app.add_option(
               "PATH", options->paths,
               "GTSRB folders or zip files: training (…/000NN/*.ppm) or test (GT-final_test.csv)")
            ->required();
        app.add_option("--classes", options->classes, "Class catalogue: a name or a TOML file")
            ->capture_default_str();
        add_rejects(app, options->rejects);
        add_jobs(app, options->jobs);
        add_progress(app, options->progress);
        return [options] { return run(*options); };
      }};
}

}  // namespace signpost
