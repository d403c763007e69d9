#include "image/augment.h"

#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "image/variants.h"
#include "sample/catalogue.h"
#include "sample/stream.h"

namespace signpost {
namespace {

struct Options {
  StreamOptions stream;
  std::string recipe = "road", classes = "gtsrb";
  std::uint64_t copies = 1, seed = 0;
  bool only_copies = false, unsafe = false, by_class = false, json = false;
};

Exit run(const Options& options) {
  const Recipe recipe = Recipe::load(options.recipe);
  const Catalogue catalogue = Catalogue::load(options.classes);
  VariantMaker variants(
      recipe, options.seed, catalogue,
      options.unsafe ? VariantMaker::Labels::as_given : VariantMaker::Labels::safe);
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  SampleReader reader(options.stream.manifest, rejects);
  LineWriter writer;
  Sample sample;
  while (reader.next(sample)) {
    const bool training = sample.split.empty() || sample.split == "train";
    if (!training) {
      writer.write(sample);
      continue;
    }
    if (const std::string wrong = variants.take(sample); !wrong.empty()) {
      rejects.add(reader.where(), wrong, reader.text());
      continue;
    }
    if (!options.only_copies) writer.write(sample);
    for (std::uint64_t copy = 1; copy <= options.copies; ++copy) {
      if (variants.make(copy, sample)) writer.write(sample);
    }
  }
  writer.finish();
  if (options.json) {
    std::fprintf(stderr, "%s\n", variants.json().c_str());
  } else if (recipe.transforms() || options.by_class) {
    say(variants.text(options.by_class));
  }
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Add random variants of each training sample", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            add_manifest(app, options->stream);
            app.add_option("--recipe", options->recipe,
                           "Recipe: a name (road, field, paper) or a TOML file")
                ->capture_default_str();
            app.add_option("--copies", options->copies, "Variants of each training sample")
                ->capture_default_str()
                ->check(CLI::Range(1, 1000000));
            app.add_flag("--only-copies", options->only_copies,
                         "Leave the unchanged training samples out");
            app.add_option("--classes", options->classes,
                           "Class catalogue, which says what a flip or a turn makes of a sign: a "
                           "name or a TOML file")
                ->capture_default_str();
            app.add_flag("--unsafe", options->unsafe,
                         "Make every flip and turn and keep the label, whatever it shows then");
            app.add_flag("--by-class", options->by_class,
                         "Say for each class how many variants were made, relabelled and refused");
            app.add_flag("--json", options->json,
                         "Print these counts on standard error as a JSON object");
            add_seed(app, options->seed);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
