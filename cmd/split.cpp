#include "curate/split.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "cli/command.h"
#include "sample/stream.h"

namespace signpost {
namespace {

struct Options {
  StreamOptions stream;
  SplitOptions split;
};

[[noreturn]] void fail_on_conflict(const Splitter& splitter, SampleReader& reader) {
  std::vector<std::string> sentences;
  reader.rewind();
  Sample sample;
  for (const Splitter::Conflict& conflict : splitter.conflicts()) {
    while (reader.next(sample) && reader.lines().line_number() < conflict.line) {
    }
    sentences.push_back(fmt::format("{}: group {} is in {} here, but in {} on line {}",
                                    reader.where(), group_of(sample), name_of(conflict.side),
                                    name_of(conflict.other_side), conflict.other_line));
  }
  for (std::size_t i = 1; i < sentences.size(); ++i) say(sentences[i]);
  const std::uint64_t more = splitter.conflict_count() - 1;
  throw Error(Blame::input, sentences.front() +
                                (more > 0 ? fmt::format(" (and {} more)", more) : "") +
                                "; correct their splits, or draw anew with --reassign");
}

void summarise(const Splitter& splitter) {
  std::string line;
  for (const Side side : {Side::train, Side::val, Side::test}) {
    const Splitter::Count& count = splitter.counts()[static_cast<std::size_t>(side)];
    if (side == Side::test && count.samples == 0) continue;
    line += fmt::format("{}{} {} in {}", line.empty() ? "" : ", ", name_of(side),
                        counted(count.samples, "sample"), counted(count.groups, "group"));
  }
  say(line);
  const std::vector<int>& single = splitter.single_group_classes();
  if (!single.empty()) {
    say(fmt::format("classes with one group only, all of it in train: {}",
                    fmt::join(single, ", ")));
  }
}

Exit run(const Options& options) {
  if (options.split.val + options.split.test >= 1) {
    throw Error(Blame::usage,
                "--val and --test together leave nothing to train on; lower them to "
                "less than 1 in all");
  }
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  SampleReader reader(options.stream.manifest, rejects, Passes::two);
  Splitter splitter(options.split);
  Sample sample;
  while (reader.next(sample)) {
    const std::string wrong = splitter.add(sample, reader.lines().line_number());
    if (!wrong.empty()) rejects.add(reader.where(), wrong, reader.text());
  }
  if (splitter.conflict_count() > 0) fail_on_conflict(splitter, reader);
  splitter.assign();

  reader.rewind();
  LineWriter out;
  while (reader.next(sample)) {
    const std::optional<Side> side = splitter.side(sample);
    if (!side) continue;
    sample.split = name_of(*side);
    out.write(sample);
  }
  out.finish();
  summarise(splitter);
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Assign whole tracks to train, validation and test", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            add_manifest(app, options->stream);
            app.add_option("--val", options->split.val,
                           "Share of each class's groups for validation")
                ->capture_default_str()
                ->check(CLI::Range(0.0, 1.0));
            app.add_option("--test", options->split.test, "Share of each class's groups for test")
                ->capture_default_str()
                ->check(CLI::Range(0.0, 1.0));
            add_seed(app, options->split.seed);
            app.add_flag("--reassign", options->split.reassign,
                         "Draw train and val anew, and test too if --test is given; without it a "
                         "split that is there stays");
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
