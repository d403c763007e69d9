#include "source/pack.h"

#include <memory>

#include "cli/command.h"

namespace signpost {
namespace {

struct Options {
  StreamOptions stream;
  PackOptions pack;
  ProgressStyle progress = ProgressStyle::automatic;
};

Exit run(Options options) {
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  Progress progress("pack", "images", 0, progress_style(options.progress));
  options.pack.root = options.stream.root;
  const PackResult result = pack(options.stream.manifest, options.pack, rejects, progress);
  progress.finish();
  say(counted(result.samples, "sample") + " in " + counted(result.shards, "shard") + ", " +
      options.pack.output.string());
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Execute the operations and write WebDataset shards", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            add_manifest(app, options->stream);
            add_output(app, options->pack.output, options->pack.force, "Folder for the shards");
            app.add_option("--shard-samples", options->pack.shard_samples, "Samples in each shard")
                ->capture_default_str()
                ->check(CLI::Range(1, 1000000));
            app.add_option("--classes", options->pack.classes,
                           "Class catalogue that names the labels: a name or a TOML file")
                ->capture_default_str();
            add_root(app, options->stream.root);
            add_jobs(app, options->pack.jobs);
            add_progress(app, options->progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
