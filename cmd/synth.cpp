#include <fmt/format.h>

#include <string>
#include <vector>

#include "cli/command.h"
#include "image/synth_set.h"

namespace signpost {
namespace {

struct Options {
  SynthPlan plan;
  std::filesystem::path output;
  bool force = false;
  int jobs = 0;
  ProgressStyle progress = ProgressStyle::automatic;
};

Exit run(const Options& options) {
  const SynthCounts counts = write_synthetic_set(options.plan, options.output, options.force,
                                                 options.jobs, progress_style(options.progress));
  std::vector<std::string> parts;
  const auto part = [&](std::uint64_t count, const std::string& unit) {
    if (count > 0) parts.push_back(grouped(count) + " " + unit + (count == 1 ? "" : "s"));
  };
  part(counts.images, "training image");
  part(counts.tracks, "track");
  part(counts.test_images, "test image");
  part(counts.field, "field photograph");
  say(fmt::format("{} of {} class{}", fmt::join(parts, ", "), counts.classes,
                  counts.classes == 1 ? "" : "es"));
  return Exit::done;
}

}  // namespace

Command command() {
  return {"Draw a synthetic data set in GTSRB's layout", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            SynthPlan& plan = options->plan;
            add_output(app, options->output, options->force, "Folder for the data set");
            app.add_option("--tracks", plan.tracks, "Tracks (physical signs) of each class")
                ->capture_default_str()
                ->check(CLI::Range(0, 100000));
            app.add_option("--frames", plan.frames, "Frames of each track")
                ->capture_default_str()
                ->check(CLI::Range(1, 100000));
            app.add_option("--test-images", plan.test_images,
                           "Images in the official test layout, of signs unseen in training")
                ->capture_default_str()
                ->check(CLI::Range(0, 100000));
            app.add_option("--field", plan.field,
                           "Photographs as a phone takes them, with labels.csv")
                ->capture_default_str()
                ->check(CLI::Range(0, 100000));
            app.add_option("--classes", plan.classes, "Only these class ids, e.g. 0,14,38")
                ->delimiter(',')
                ->type_name("LIST");
            add_seed(app, plan.seed);
            add_jobs(app, options->jobs);
            add_progress(app, options->progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
