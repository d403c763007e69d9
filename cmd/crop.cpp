#include "curate/crop.h"

#include <cmath>
#include <memory>

#include "cli/command.h"
#include "sample/stream.h"

namespace signpost {
namespace {

struct Options {
  StreamOptions stream;
  int size = 0;
  double margin = 0;
};

Exit run(const Options& options) {
  if (std::round(options.margin * 1000) / 1000 != options.margin)
    throw Error(Blame::usage, "--margin takes at most three decimals, as a package stores it so");
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  SampleReader reader(options.stream.manifest, rejects);
  Cropper cropper(options.size, options.margin);
  LineWriter out;
  Sample sample;
  while (reader.next(sample)) {
    const std::string wrong = cropper.apply(sample);
    if (wrong.empty()) {
      out.write(sample);
    } else {
      rejects.add(reader.where(), wrong, reader.text());
    }
  }
  out.finish();
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Add the crop of the sign to each sample's operations", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            add_manifest(app, options->stream);
            app.add_option("--size", options->size, "Side of the cropped image in pixels")
                ->required()
                ->check(CLI::Range(1, 4096));
            app.add_option("--margin", options->margin,
                           "Context around the sign, as a share of its size, on each side")
                ->capture_default_str()
                ->check(CLI::Range(0.0, 4.0));
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
