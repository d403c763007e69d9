#include "curate/split.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "cli/command.h"
#include "sample/stream.h"

namespace signpost {
namespace {

constexpr std::size_t kNamed = 10;

struct Options {
  StreamOptions stream;
  SplitOptions split;
  std::string list, unlisted = "error";
  int fold = -1;
};

/// The first sentence as an error, behind the others; `more` were not even kept.
[[noreturn]] void fail_with(const std::vector<std::string>& sentences, std::uint64_t all,
                            const std::string& remedy) {
  for (std::size_t i = 1; i < sentences.size(); ++i) say(sentences[i]);
  std::string message = sentences.front();
  if (all > 1) message += fmt::format(" (and {} more)", all - 1);
  throw Error(Blame::input, message + remedy);
}

[[noreturn]] void fail_on_conflict(const Splitter& splitter, const std::string& manifest) {
  const auto place = [&](const Splitter::Source& source) {
    return source.entry ? splitter.list().where(*source.entry)
                        : fmt::format("{}:{}", manifest, source.line);
  };
  const auto by = [](const Splitter::Conflict& conflict, const Splitter::Source& source) {
    return source.entry && source.entry->name != conflict.group
               ? fmt::format(" (its {})", source.entry->name)
               : std::string();
  };
  std::vector<std::string> sentences;
  bool in_list = false, in_records = false;
  for (const Splitter::Conflict& conflict : splitter.conflicts()) {
    const Splitter::Source &here = conflict.here, &before = conflict.before;
    in_list |= here.entry || before.entry;
    in_records |= !here.entry || !before.entry;
    const std::string there =
        here.entry || before.entry ? "at " + place(before) : fmt::format("on line {}", before.line);
    sentences.push_back(fmt::format("{}: group {}{} is in {} here, but in {} {}{}", place(here),
                                    conflict.group, by(conflict, here), here.side, before.side,
                                    there, by(conflict, before)));
  }
  fail_with(sentences, splitter.conflict_count(),
            in_list && in_records
                ? "; correct the list, or forget the splits of the records with --reassign"
            : in_list ? "; correct the list"
                      : "; correct their splits, or draw anew with --reassign");
}

/// Names the groups that stand on no side. Reads the samples again.
[[noreturn]] void fail_on_unlisted(const Splitter& splitter, SampleReader& reader) {
  std::vector<std::string> sentences, groups;
  Sample sample;
  reader.rewind();
  while (sentences.size() < kNamed && reader.next(sample)) {
    const std::optional<Splitter::Placement> placement = splitter.placement(sample);
    const std::string& group = group_of(sample);
    if (!placement || placement->side != Side::none ||
        std::find(groups.begin(), groups.end(), group) != groups.end())
      continue;
    groups.push_back(group);
    sentences.push_back(fmt::format("{}: group {} is not in the list", reader.where(), group));
  }
  fail_with(sentences, splitter.counts()[static_cast<std::size_t>(Side::none)].groups,
            "; complete it, or say what to do with --unlisted");
}

/// Names of the list that nothing had: most likely misspelt, or the list of more than came.
void tell_unused(const SplitList& list, bool strict) {
  std::uint64_t unused = 0;
  for (const SplitList::Entry& entry : list.entries()) {
    if (entry.used) continue;
    const std::string sentence =
        fmt::format("{}: no sample has the group or id {}", list.where(entry), entry.name);
    if (strict) throw Error(Blame::input, sentence);
    if (++unused <= kNamed) say(sentence);
  }
  if (unused > kNamed) say(fmt::format("and {} more names", grouped(unused - kNamed)));
}

void summarise_folds(const std::vector<Splitter::Count>& folds) {
  const auto range = [&](std::uint64_t Splitter::Count::*field) {
    std::uint64_t low = folds.front().*field, high = low;
    for (const Splitter::Count& count : folds) {
      low = std::min(low, count.*field);
      high = std::max(high, count.*field);
    }
    return low == high ? grouped(low) : fmt::format("{} to {}", grouped(low), grouped(high));
  };
  say(fmt::format("{} folds of {} samples in {} groups each", folds.size(),
                  range(&Splitter::Count::samples), range(&Splitter::Count::groups)));
}

void summarise(const Splitter& splitter, const SplitOptions& options) {
  if (options.folds > 0) summarise_folds(splitter.fold_counts());
  std::string line;
  for (const Side side : {Side::train, Side::val, Side::test, Side::none}) {
    const Splitter::Count& count = splitter.counts()[static_cast<std::size_t>(side)];
    const bool always = (side == Side::train || side == Side::val) && options.folds == 0;
    if (count.samples == 0 && !always) continue;
    if (side == Side::none && options.unlisted != Unlisted::drop) continue;
    line += fmt::format("{}{} {} in {}", line.empty() ? "" : ", ",
                        side == Side::none ? "dropped" : name_of(side),
                        counted(count.samples, "sample"), counted(count.groups, "group"));
  }
  if (!line.empty()) say(line);
  if (const std::vector<int>& small = splitter.small_classes(); !small.empty()) {
    say(fmt::format("classes with {}: {}",
                    options.folds > 0 ? "fewer groups than folds, so that some measure none of them"
                                      : "one group only, all of it in train",
                    fmt::join(small, ", ")));
  }
}

Unlisted rule_of(const std::string& name) {
  if (name == "draw") return Unlisted::draw;
  if (name == "train") return Unlisted::train;
  if (name == "val") return Unlisted::val;
  if (name == "test") return Unlisted::test;
  return name == "drop" ? Unlisted::drop : Unlisted::keep;
}

SplitOptions split_options(const Options& options) {
  SplitOptions split = options.split;
  if (split.folds == 0 && split.val + split.test >= 1) {
    throw Error(Blame::usage,
                "--val and --test together leave nothing to train on; lower them to "
                "less than 1 in all");
  }
  if (split.test >= 1) throw Error(Blame::usage, "--test leaves nothing for folds; lower it");
  if (options.fold >= 0) {
    if (options.fold >= split.folds) {
      throw Error(Blame::usage, fmt::format("there is no fold {}; --folds {} are 0 to {}",
                                            options.fold, split.folds, split.folds - 1));
    }
    split.fold = options.fold;
  }
  if (!options.list.empty()) split.unlisted = rule_of(options.unlisted);
  return split;
}

Exit run(const Options& options) {
  const SplitOptions split = split_options(options);
  if (options.list == "-" && options.stream.manifest == "-")
    throw Error(Blame::usage, "\"-\" stands twice; name the file of the samples, or of the list");
  Splitter splitter(split, options.list.empty() ? SplitList{} : SplitList::load(options.list));
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  SampleReader reader(options.stream.manifest, rejects, Passes::two);
  Sample sample;
  while (reader.next(sample)) {
    const std::string wrong = splitter.add(sample, reader.lines().line_number());
    if (!wrong.empty()) rejects.add(reader.where(), wrong, reader.text());
  }
  if (splitter.conflict_count() > 0) fail_on_conflict(splitter, reader.lines().name());
  splitter.assign();
  if (split.unlisted == Unlisted::keep &&
      splitter.counts()[static_cast<std::size_t>(Side::none)].groups > 0)
    fail_on_unlisted(splitter, reader);
  tell_unused(splitter.list(), options.stream.rejects.strict);

  reader.rewind();
  LineWriter out;
  while (reader.next(sample)) {
    const std::optional<Splitter::Placement> placement = splitter.placement(sample);
    if (!placement) continue;
    sample.split = name_of(placement->side);
    if (split.folds > 0) sample.fold = placement->fold;
    out.write(sample);
  }
  out.finish();
  summarise(splitter, split);
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Assign whole tracks to train, validation and test", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            SplitOptions& split = options->split;
            add_manifest(app, options->stream);
            auto* val =
                app.add_option("--val", split.val, "Share of each class's groups for validation")
                    ->capture_default_str()
                    ->check(CLI::Range(0.0, 1.0));
            app.add_option("--test", split.test, "Share of each class's groups for test")
                ->capture_default_str()
                ->check(CLI::Range(0.0, 1.0));
            add_seed(app, split.seed);
            auto* folds = app.add_option("--folds", split.folds,
                                         "Deal the groups of each class to K folds, the field fold")
                              ->check(CLI::Range(2, Splitter::kMostFolds))
                              ->excludes(val)
                              ->type_name("K");
            app.add_option("--fold", options->fold, "This fold is validation, the others are train")
                ->check(CLI::NonNegativeNumber)
                ->needs(folds)
                ->type_name("I");
            auto* list = app.add_option("--list", options->list,
                                        "Groups or ids and their sides: a file, or a folder of "
                                        "train.txt, val.txt, test.txt")
                             ->excludes(folds)
                             ->type_name("PATH");
            app.add_option("--unlisted", options->unlisted,
                           "What becomes of groups that are not in the list")
                ->capture_default_str()
                ->check(CLI::IsMember({"error", "draw", "train", "val", "test", "drop"}))
                ->needs(list)
                ->type_name("RULE");
            app.add_flag("--reassign", split.reassign,
                         "Draw train and val anew, and test too if --test is given; without it a "
                         "split that is there stays");
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
