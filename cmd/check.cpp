#include "curate/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/command.h"
#include "curate/finding_report.h"
#include "train/judge.h"

namespace signpost {
namespace {

struct Options {
  std::string manifest = "-";
  std::string classes = "gtsrb";
  CheckOptions check;
  FindingReport::Options report;
  std::vector<std::filesystem::path> suspects;
  bool no_images = false;
  bool warnings_as_errors = false;
};

/// True if every near-copy is allowed: then none has to be looked for.
bool near_copies_allowed(const std::vector<std::string>& allow) {
  const auto allowed = [&](const char* kind) {
    return std::find(allow.begin(), allow.end(), kind) != allow.end();
  };
  return allowed("near-copy") && allowed("near-copy-leak") && allowed("near-copy-labels");
}

Exit run(const Options& options) {
  const Catalogue catalogue = Catalogue::load(options.classes);
  CheckOptions check_options = options.check;
  check_options.images = !options.no_images;
  check_options.near_copies = !near_copies_allowed(options.report.allow);
  check_options.progress = progress_style(check_options.progress);
  for (const std::filesystem::path& path : options.suspects)
    check_options.judges.push_back(open_judge(path));
  LineReader lines(options.manifest, Passes::two);
  LineWriter out;
  FindingReport report(options.report, [&](const std::string& line) { out.write_line(line); });
  const CheckCounts counts =
      check(lines, catalogue, check_options, [&](const Finding& finding) { report.add(finding); });
  report.finish(lines.name());
  out.finish();
  std::string words =
      fmt::format("{} checked: {}, {}", counted(counts.samples, "sample"),
                  counted(report.errors(), "error"), counted(report.warnings(), "warning"));
  if (report.allowed() > 0) words += ", " + grouped(report.allowed()) + " allowed";
  if (!options.suspects.empty())
    words += "; " + grouped(counts.judged) + " judged for label errors";
  say(words);
  const bool refused = report.errors() > 0 || (options.warnings_as_errors && report.warnings() > 0);
  return refused ? Exit::refused : Exit::done;
}

void add_limits(CLI::App& app, CheckOptions& check) {
  PictureLimits& pictures = check.pictures;
  app.add_option("--min-side-px", pictures.min_side_px,
                 "Warn of boxes with a shorter side under this")
      ->capture_default_str()
      ->check(CLI::Range(0, 1 << 20));
  app.add_option("--min-mean-grey", pictures.min_mean_grey,
                 "Warn of boxes that are darker on average, of 255")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 255.0));
  app.add_option("--min-grey-deviation", pictures.min_grey_deviation,
                 "Warn of boxes whose grey has a smaller standard deviation, of 255")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 255.0));
  app.add_option("--min-sharpness", pictures.min_sharpness,
                 "Warn of boxes that are less sharp: over 0.7 is usual, motion blur is under 0.5")
      ->capture_default_str()
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--near-similarity", check.near.told,
                 "Pictures of two groups that are this similar are near-copies")
      ->capture_default_str()
      ->check(CLI::Range(0.5, 1.0));
  app.add_option("--sure-similarity", check.near.sure,
                 "Near-copies on two sides or with two labels are errors from here on, else "
                 "warnings")
      ->capture_default_str()
      ->check(CLI::Range(0.5, 1.0));
  app.add_option("--min-groups", check.classes.min_groups,
                 "Warn of classes with fewer groups outside test")
      ->capture_default_str()
      ->check(CLI::Range(1, 1 << 20));
  app.add_option("--max-imbalance", check.classes.max_imbalance,
                 "Warn of classes with so many times fewer samples to train on than the largest")
      ->capture_default_str()
      ->check(CLI::Range(1.0, 1e9));
}

}  // namespace

Command command() {
  return {"Look for leaks, duplicates, label errors, and bad boxes and images", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            app.add_option("MANIFEST", options->manifest, "NDJSON samples; \"-\" is standard input")
                ->capture_default_str();
            add_root(app, options->check.root);
            app.add_option("--classes", options->classes, "Class catalogue: a name or a file")
                ->capture_default_str();
            app.add_flag("--no-images", options->no_images, "Look at the records alone");
            app.add_option("--suspects", options->suspects,
                           "Rank likely label errors by this run or package, among samples that it "
                           "was not trained on; several judge together")
                ->type_name("MODEL")
                ->allow_extra_args(false);
            add_limits(app, options->check);
            app.add_option("--allow", options->report.allow,
                           "Kinds of findings to leave out, as copy,dark")
                ->delimiter(',')
                ->allow_extra_args(false)
                ->option_text("KIND,...")
                ->check([](const std::string& kind) {
                  const bool known = std::find(kFindingKinds.begin(), kFindingKinds.end(), kind) !=
                                     kFindingKinds.end();
                  return known ? std::string()
                               : fmt::format("{} is no kind of finding; they are {}", kind,
                                             fmt::join(kFindingKinds, " "));
                });
            app.add_option("--limit", options->report.limit,
                           "Lines of one kind, as text; the rest is counted. 0 prints all")
                ->capture_default_str();
            app.add_flag("--json", options->report.json,
                         "Print each finding as a JSON object, without a limit");
            app.add_flag("--warnings-as-errors", options->warnings_as_errors,
                         "Exit with 1 on warnings too");
            add_jobs(app, options->check.jobs);
            add_progress(app, options->check.progress);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
