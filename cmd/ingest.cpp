#include <memory>

#include "cli/command.h"
#include "sample/catalogue.h"
#include "sample/stream.h"
#include "source/annotated.h"
#include "source/gtsrb.h"

namespace signpost {
namespace {

struct Options {
  std::vector<std::string> paths;
  std::string from;
  std::string classes = "gtsrb", class_map;
  bool clip_boxes = false, unlabelled = false, skip_unknown_classes = false;
  Rejects::Options rejects;
  ProgressStyle progress = ProgressStyle::automatic;
  int jobs = 0;
};

/// The benchmark's own files are right or wrong; nothing about them is a matter of taste.
void refuse_for_gtsrb(const Options& options) {
  const char* flag = !options.class_map.empty()     ? "--class-map"
                     : options.skip_unknown_classes ? "--skip-unknown-classes"
                     : options.clip_boxes           ? "--clip-boxes"
                     : options.unlabelled           ? "--unlabelled"
                                                    : nullptr;
  if (flag)
    throw Error(Blame::usage, std::string("gtsrb does not take ") + flag + "; leave it out");
}

using Trees = std::vector<std::unique_ptr<FileTree>>;

/// The format of each path. GTSRB's images and labels come in archives of their own, so where one
/// path is GTSRB's, all are.
std::vector<const Format*> formats_of(const Trees& trees, const std::string& from) {
  if (!from.empty()) return {trees.size(), &format_named(from)};
  for (const auto& tree : trees) {
    if (is_gtsrb(*tree)) return {trees.size(), &format_named("gtsrb")};
  }
  std::vector<const Format*> found;
  for (const auto& tree : trees) found.push_back(&guess_format(*tree));
  return found;
}

Exit run(const Options& options) {
  const Catalogue catalogue = Catalogue::load(options.classes);
  const ClassNames names(catalogue, options.class_map);
  Rejects rejects(program_name(), reject_options(options.rejects));
  Trees trees;
  for (const std::string& path : options.paths) trees.push_back(std::make_unique<FileTree>(path));
  const std::vector<const Format*> formats = formats_of(trees, options.from);
  LineWriter writer;
  AnnotatedCounts counts;
  {
    Progress progress("ingest", "images", 0, progress_style(options.progress));
    const auto on_images = [&](std::uint64_t images) { progress.add(images); };
    const auto emit = [&](const Sample& sample) { writer.write(sample); };
    if (formats.front()->name == "gtsrb") {
      refuse_for_gtsrb(options);
      GtsrbOptions gtsrb;
      gtsrb.jobs = options.jobs;
      gtsrb.known_class = [&](int id) { return names.knows(id); };
      gtsrb.on_images = on_images;
      read_gtsrb(trees, gtsrb, rejects, [&](const Sample& sample) {
        emit(sample);
        ++counts.samples;
      });
    } else {
      AnnotatedOptions annotated;
      annotated.classes = &names;
      annotated.clip_boxes = options.clip_boxes;
      annotated.unlabelled = options.unlabelled;
      annotated.skip_unknown_classes = options.skip_unknown_classes;
      annotated.jobs = options.jobs;
      annotated.on_images = on_images;
      for (std::size_t i = 0; i < trees.size(); ++i)
        counts += read_annotated(*formats[i], *trees[i], annotated, rejects, emit);
    }
  }
  writer.finish();
  std::string words = counted(counts.samples, "sample");
  if (counts.images) words += " of " + counted(counts.images, "image");
  if (counts.without_signs)
    words += ", " + counted(counts.without_signs, "image") + " without a sign passed over";
  if (counts.unknown_classes)
    words += ", " + counted(counts.unknown_classes, "sign") + " of other classes passed over";
  if (rejects.count()) words += ", " + grouped(rejects.count()) + " rejected";
  say(words);
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Read images and annotations into a stream of samples", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            app.add_option("PATH", options->paths,
                           "Folders, zip or tar archives, or annotation files")
                ->required();
            app.add_option("--from", options->from,
                           "Format of the data set (default: guessed): " + format_names(false))
                ->type_name("FORMAT");
            app.add_option("--classes", options->classes, "Class catalogue: a name or a TOML file")
                ->capture_default_str();
            app.add_option("--class-map", options->class_map,
                           "CSV of names and class ids, for classes that are called otherwise")
                ->type_name("FILE");
            app.add_flag("--skip-unknown-classes", options->skip_unknown_classes,
                         "Count signs of other classes instead of rejecting them");
            app.add_flag("--clip-boxes", options->clip_boxes,
                         "Cut boxes that leave their image instead of rejecting them");
            app.add_flag("--unlabelled", options->unlabelled,
                         "Make a sample without a label of each image without a sign");
            add_rejects(app, options->rejects);
            add_jobs(app, options->jobs);
            add_progress(app, options->progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
