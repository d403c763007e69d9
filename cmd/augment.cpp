#include "image/augment.h"

#include <fmt/format.h>

#include <memory>

#include "base/json_text.h"
#include "cli/command.h"
#include "sample/stream.h"

namespace signpost {
namespace {

struct Options {
  StreamOptions stream;
  std::string recipe = "road";
  std::uint64_t copies = 1, seed = 0;
  bool only_copies = false;
};

Exit run(const Options& options) {
  const Recipe recipe = Recipe::load(options.recipe);
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  SampleReader reader(options.stream.manifest, rejects);
  LineWriter writer;
  Sample sample;
  const std::string op = fmt::format(R"({{"augment":{{"recipe":{},"digest":"{}","seed":{},"copy":)",
                                     json_string(recipe.name), recipe.digest, options.seed);
  while (reader.next(sample)) {
    const bool training = sample.split.empty() || sample.split == "train";
    if (training && sample.ops.find("{\"augment\":") != std::string::npos) {
      rejects.add(reader.where(), sample.id + " is augmented already; run signpost augment once",
                  reader.text());
      continue;
    }
    if (!training || !options.only_copies) writer.write(sample);
    if (!training) continue;
    const std::string id = sample.id, ops = sample.ops;
    for (std::uint64_t copy = 1; copy <= options.copies; ++copy) {
      sample.id = fmt::format("{}#{}", id, copy);
      sample.ops = ops;
      sample.add_op(fmt::format("{}{}}}}}", op, copy));
      writer.write(sample);
    }
  }
  writer.finish();
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Add random variants of each training sample", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            add_manifest(app, options->stream);
            app.add_option("--recipe", options->recipe, "Recipe: a name (road) or a TOML file")
                ->capture_default_str();
            app.add_option("--copies", options->copies, "Variants of each training sample")
                ->capture_default_str()
                ->check(CLI::Range(1, 1000000));
            app.add_flag("--only-copies", options->only_copies,
                         "Leave the unchanged training samples out");
            add_seed(app, options->seed);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
