#include "subcommands.h"

namespace signpost {

void declare_package(CLI::App& app, PackageFlags& flags) {
  PackageOptions& package = flags.package;
  app.add_option("RUN", package.run, "Run folder, as signpost train leaves it");
  app.add_option("-o,--output", package.output,
                 "The package, NAME.signpost or NAME-VERSION.signpost")
      ->type_name("PATH");
  app.add_flag("--force", package.force, "Replace an existing output");
  app.add_option("--name", package.name, "Name of the package (default: from the file name)");
  app.add_option("--release", package.version,
                 "Version of the package (default: from the file name, else 1)");
  app.add_option("--precision", package.precision,
                 "How the weights are stored; with int8 the device computes in integers")
      ->check(CLI::IsMember({"float32", "float16", "int8"}))
      ->capture_default_str();
  app.add_option("--licence", package.licence, "Licence of the network, e.g. an SPDX identifier")
      ->envname("SIGNPOST_LICENCE")
      ->type_name("TEXT");
  app.add_option("--intended-use", package.intended_use,
                 "What it is for, in the model card's words")
      ->type_name("TEXT");
  app.add_option("--gates", package.gates, "What it must hold (default: what is built in)")
      ->envname("SIGNPOST_GATES")
      ->type_name("FILE");
  app.add_option("--key", flags.key, "Sign it with this secret key of minisign")->type_name("FILE");
  app.add_option("--abstain-accuracy", package.abstain_accuracy,
                 "Share of accepted predictions that must be right; 0: no thresholds")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 0.9999));
  app.add_option("--parity-samples", package.parity_samples,
                 "Validation images on which runner and trainer must agree; 0 for all")
      ->capture_default_str();
  app.add_flag("--robustness", package.robustness,
               "Measure also on disturbed images, for the model card; takes a while");
  app.add_flag(
      "--no-pictures", [&package](std::int64_t) { package.pictures = false; },
      "Leave photographs out of the model card");
  add_root(app, package.root);
  add_jobs(app, package.jobs);
  add_progress(app, flags.progress);
}

}  // namespace signpost
