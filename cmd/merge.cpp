#include "curate/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "cli/command.h"
#include "curate/merge_inputs.h"
#include "curate/merge_report.h"

namespace signpost {
namespace {

struct Options {
  std::vector<std::string> manifests = {"-"};
  std::string on_conflict = "error";
  std::filesystem::path report;
  Rejects::Options rejects;
};

using Places = std::vector<MergeInputs::Place>;

Places places_of_differences(const Merger& merger, MergeInputs& inputs) {
  std::vector<std::uint64_t> lines;
  lines.reserve(merger.differences().size() * 2);
  for (const Merger::Difference& difference : merger.differences())
    lines.insert(lines.end(), {difference.line, difference.against});
  return inputs.places(std::move(lines));
}

[[noreturn]] void fail_on_conflict(const Merger& merger, const MergeReport& report) {
  const std::vector<std::string>& examples = report.examples();
  for (std::size_t i = 1; i < examples.size(); ++i) say(examples[i]);
  const std::size_t more = merger.differences().size() - 1;
  std::string message = examples.front();
  if (more > 0) message += fmt::format(" (and {} more)", more);
  throw Error(Blame::input,
              message + "; nothing is written; choose with --on-conflict first or last");
}

void write(const Merger& merger, MergeInputs& inputs, const Places& places) {
  auto next = merger.replacements().begin();
  LineWriter out;
  inputs.each_line([&](std::uint64_t number, std::string_view text, std::size_t) {
    if (!merger.kept(number)) return;
    if (next != merger.replacements().end() && next->first == number) {
      out.write_record(inputs.text(place_of(next->second, places)));
      ++next;
    } else {
      out.write_record(text);
    }
  });
  out.finish();
}

void summarise(const MergeInputs& inputs, const Merger& merger, const MergeReport& report) {
  constexpr std::size_t kShown = 3;
  std::size_t width = 5;
  for (std::size_t i = 0; i < inputs.count(); ++i) width = std::max(width, inputs.name(i).size());
  const auto row = [&](const auto&... cells) {
    say(fmt::format("{:<{}} {:>11} {:>11} {:>11} {:>11}", cells...));
  };
  row("input", width, "added", "same", "replaced", "dropped");
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < inputs.count(); ++i) {
    const Merger::Count& count = merger.counts()[i];
    all += count.added;
    row(inputs.name(i), width, grouped(count.added), grouped(count.same), grouped(count.replaced),
        grouped(count.dropped));
  }
  say(counted(all, "sample") + " in all");
  if (merger.differences().empty()) return;
  std::string fields;
  for (const auto& [field, count] : report.fields())
    fields += fmt::format("{}{} {}", fields.empty() ? "" : ", ", field, grouped(count));
  say("fields that differed: " + fields);
  for (std::size_t i = 0; i < std::min(kShown, report.examples().size()); ++i)
    say(report.examples()[i]);
}

OnConflict rule_of(const std::string& name) {
  if (name == "first") return OnConflict::first;
  return name == "last" ? OnConflict::last : OnConflict::error;
}

Exit run(const Options& options) {
  if (std::count(options.manifests.begin(), options.manifests.end(), "-") > 1)
    throw Error(Blame::usage, "\"-\" stands twice; standard input can be read as one input only");
  std::optional<OutputFile> file;
  if (!options.report.empty()) file.emplace(options.report, true);
  Rejects rejects(program_name(), reject_options(options.rejects));
  MergeInputs inputs(options.manifests, rejects);
  Merger merger;
  inputs.read_into(merger);
  merger.decide(rule_of(options.on_conflict), inputs.count());
  const Places places = places_of_differences(merger, inputs);
  const MergeReport report(merger, inputs, places, options.on_conflict, file ? &*file : nullptr);
  if (file) file->commit();
  if (options.on_conflict == "error" && !merger.differences().empty())
    fail_on_conflict(merger, report);
  write(merger, inputs, places);
  summarise(inputs, merger, report);
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Unite several streams, one record for each id", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            app.add_option("MANIFEST", options->manifests,
                           "NDJSON samples, any number of files; \"-\" is standard input");
            app.add_option("--on-conflict", options->on_conflict,
                           "Which record stands where an id has two")
                ->capture_default_str()
                ->check(CLI::IsMember({"error", "first", "last"}))
                ->type_name("RULE");
            app.add_option("--report", options->report,
                           "Write what was done, and every difference, to this file as JSON")
                ->type_name("FILE");
            add_rejects(app, options->rejects);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
