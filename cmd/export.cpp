#include "source/export.h"

#include <memory>

#include "cli/command.h"

namespace signpost {
namespace {

struct Options {
  StreamOptions stream;
  std::string to;
  std::string classes = "gtsrb";
  std::string images = "copy";
  ExportOptions output;
  ProgressStyle progress = ProgressStyle::automatic;
};

Exit run(Options options) {
  if (options.to == "webdataset") {
    throw Error(Blame::usage, "WebDataset shards are what pack writes: signpost pack -o " +
                                  options.output.output.string());
  }
  const Format& format = format_named(options.to);
  if (!format.create) {
    throw Error(Blame::usage,
                std::string(format.name) + " is only read; name one of " + format_names(true));
  }
  using Images = ExportOptions::Images;
  options.output.images = options.images == "link"   ? Images::link
                          : options.images == "none" ? Images::none
                                                     : Images::copy;
  options.output.root = options.stream.root;
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  Progress progress("export", "samples", 0, progress_style(options.progress));
  const ExportResult result =
      export_samples(options.stream.manifest, format, Catalogue::load(options.classes),
                     options.output, rejects, progress);
  progress.finish();
  std::string words = counted(result.samples, "sample") + " in " + counted(result.images, "image");
  if (result.rendered) words += " (" + grouped(result.rendered) + " rendered)";
  if (result.converted) words += " (" + grouped(result.converted) + " converted)";
  words += ", " + options.output.output.string();
  if (rejects.count()) words += ", " + grouped(rejects.count()) + " rejected";
  say(words);
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Write a data set of another tool's format", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            add_manifest(app, options->stream);
            app.add_option("--to", options->to, "Format: " + format_names(true))
                ->required()
                ->type_name("FORMAT");
            add_output(app, options->output.output, options->output.force,
                       "Folder for the data set");
            app.add_option("--images", options->images,
                           "copy; link: hard links where they can be; none: annotations alone")
                ->capture_default_str()
                ->check(CLI::IsMember({"copy", "link", "none"}));
            app.add_option("--classes", options->classes, "Class catalogue: a name or a TOML file")
                ->capture_default_str();
            add_root(app, options->stream.root);
            add_jobs(app, options->output.jobs);
            add_progress(app, options->progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
