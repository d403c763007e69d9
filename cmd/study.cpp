#include "train/study.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "base/child_process.h"
#include "cli/command.h"

namespace signpost {
namespace {

struct Options {
  std::string name;
  StudyOptions study;
  Rejects::Options rejects;
  bool json = false;
};

Exit run(Options options) {
  StudyOptions& study = options.study;
  study.study = load_study(options.name);
  study.program = program_beside("signpost-train");
  study.progress = progress_style(study.progress);
  if (study.data == "-" && study.field == "-")
    throw Error(Blame::usage, "--data and --field cannot both be standard input");
  if (!study.dry_run && study.output.empty())
    throw Error(Blame::usage, "-o FOLDER is missing; only --dry-run does without");
  Rejects rejects(program_name(), reject_options(options.rejects));
  const StudyResult result = run_study(study, rejects, [](const std::string& line) { say(line); });
  if (study.dry_run) return finish(rejects);
  fmt::print("{}", options.json ? result.json() : result.text());
  if (result.failed > 0) {
    say(fmt::format("{} failed; what each said is in {}", counted(result.failed, "row"),
                    (study.output / "logs").string()));
    return Exit::failed;
  }
  const Exit end = finish(rejects);
  return result.rejects ? Exit::rejected : end;
}

}  // namespace

Command command() {
  return {"Train a published table's networks and compare", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            StudyOptions& study = options->study;
            app.add_option("STUDY", options->name,
                           fmt::format("{}, or a TOML file", fmt::join(study_names(), ", ")))
                ->required();
            app.add_option("--data", study.data,
                           "NDJSON samples, divided but not cropped; \"-\" is standard input")
                ->type_name("MANIFEST")
                ->capture_default_str();
            app.add_option("-o,--output", study.output,
                           "Folder for the runs and the table; an earlier one is gone on with")
                ->type_name("FOLDER");
            app.add_flag("--force", study.force, "Begin again in an earlier output");
            app.add_option("--field", study.field,
                           "Photographs from the field, to be measured on too")
                ->type_name("MANIFEST");
            app.add_option("--fraction", study.fraction, "Share of each track's frames to use")
                ->capture_default_str()
                ->check(CLI::Range(1e-6, 1.0));
            app.add_option("--epochs", study.epochs,
                           "Passes over the training samples (default: what each row says)")
                ->check(CLI::Range(1, 100000));
            app.add_option("--rows", study.rows, "Only these rows: a,b")->delimiter(',');
            app.add_option("--weights-folder", study.weights_folder,
                           "Folder with the weights that rows start from")
                ->type_name("DIR")
                ->envname("SIGNPOST_WEIGHTS");
            app.add_option("--classes", study.classes, "Class catalogue: a name or a TOML file")
                ->capture_default_str();
            app.add_flag("--yes", study.yes, "Start also what takes more than two hours");
            app.add_flag("--dry-run", study.dry_run, "Say how long each row would take, and stop");
            app.add_flag("--json", options->json, "Print the table as JSON");
            add_rejects(app, options->rejects);
            add_seed(app, study.seed);
            add_root(app, study.root);
            add_jobs(app, study.jobs);
            add_progress(app, study.progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
