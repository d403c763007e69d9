#include "curate/stats.h"

#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "sample/stream.h"

namespace signpost {
namespace {

struct Options {
  StreamOptions stream;
  std::string classes = "gtsrb";
  bool json = false;
};

Exit run(const Options& options) {
  const Catalogue catalogue = Catalogue::load(options.classes);
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  SampleReader reader(options.stream.manifest, rejects);
  Stats stats;
  Sample sample;
  while (reader.next(sample)) stats.add(sample);
  const std::string text =
      options.json ? stats_json(stats, catalogue) + "\n" : stats_table(stats, catalogue);
  std::fputs(text.c_str(), stdout);
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Count classes, tracks, splits and sizes", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            add_manifest(app, options->stream);
            app.add_option("--classes", options->classes, "Class catalogue: a name or a file")
                ->capture_default_str();
            app.add_flag("--json", options->json, "Print one JSON object");
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
