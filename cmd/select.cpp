#include <fmt/format.h>

#include <array>
#include <memory>
#include <vector>

#include "base/interrupt.h"
#include "cli/command.h"
#include "curate/draw.h"
#include "curate/shard.h"
#include "sample/expression.h"
#include "sample/expression_fields.h"
#include "sample/stream.h"

namespace signpost {
namespace {

struct Options {
  std::string expression;
  StreamOptions stream;
  std::string classes = "gtsrb";
  std::string shard = "1/1";
  std::uint64_t limit = 0, sample = 0, seed = 0;
  bool invert = false, count = false, fields = false;
};

/// Which samples pass, but for how many may.
class Selection {
 public:
  explicit Selection(const Options& options)
      : expression_(Expression::parse(options.expression, Catalogue::load(options.classes))),
        shard_(Shard::parse(options.shard)),
        invert_(options.invert) {}

  bool takes(const Sample& sample) {
    return shard_.holds(sample) && expression_.matches(sample) != invert_;
  }

  /// A misspelt field of one's own is no error, so it is said.
  void tell_unseen_fields() const {
    for (const std::string& field : expression_.fields_never_seen())
      say("no sample has the field " + field);
  }

 private:
  Expression expression_;
  Shard shard_;
  bool invert_;
};

struct Tally {
  std::uint64_t read = 0, taken = 0;
};

/// Passes on at most `limit` samples (0: all) as they come.
Tally pass_on(Selection& selection, SampleReader& reader, std::uint64_t limit, bool print) {
  Tally tally;
  LineWriter out;
  Sample sample;
  while (reader.next(sample)) {
    ++tally.read;
    if (!selection.takes(sample)) continue;
    ++tally.taken;
    if (print) out.write_record(reader.text());
    if (tally.taken == limit) break;
  }
  out.finish();
  return tally;
}

Tally draw(Selection& selection, SampleReader& reader, const Options& options) {
  Tally tally;
  Draw draw(options.sample, options.seed);
  Sample sample;
  while (reader.next(sample)) {
    ++tally.read;
    if (selection.takes(sample)) draw.offer(sample.id, reader.lines().line_number());
  }
  const std::vector<std::uint64_t> lines = draw.lines();
  tally.taken = lines.size();
  if (options.count) return tally;

  reader.rewind();
  LineWriter out;
  std::string_view text;
  for (auto next = lines.begin(); next != lines.end() && reader.lines().next(text);) {
    stop_if_interrupted();
    if (reader.lines().line_number() != *next) continue;
    out.write_record(text);
    ++next;
  }
  out.finish();
  return tally;
}

Exit list_fields() {
  static constexpr std::array<std::string_view, 5> kTypes = {"number", "text", "condition", "",
                                                             "any"};
  for (const FieldInfo& info : expression_fields()) {
    fmt::print("{:<13} {:<10} {}\n", info.name, kTypes[static_cast<std::size_t>(info.type)],
               info.meaning);
  }
  return Exit::done;
}

Exit run(const Options& options) {
  if (options.fields) return list_fields();
  if (options.expression.empty())
    throw Error(Blame::usage, "EXPR is missing; write true for every sample");
  Selection selection(options);
  Rejects rejects(program_name(), reject_options(options.stream.rejects));
  SampleReader reader(options.stream.manifest, rejects,
                      options.sample > 0 && !options.count ? Passes::two : Passes::one);
  const Tally tally = options.sample > 0
                          ? draw(selection, reader, options)
                          : pass_on(selection, reader, options.limit, !options.count);
  if (options.count) fmt::print("{}\n", tally.taken);
  say(fmt::format("{} of {}{}", grouped(tally.taken),
                  options.limit > 0 && tally.taken == options.limit ? "the first " : "",
                  counted(tally.read, "sample")));
  selection.tell_unseen_fields();
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Pass on the samples that an expression describes", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            app.add_option("EXPR", options->expression,
                           "Such as 'label in (1,2) and roi_min_side >= 24'");
            add_manifest(app, options->stream);
            app.add_flag("--invert", options->invert, "Pass on the others instead");
            app.add_flag("--count", options->count, "Print how many there are, not the samples");
            auto* limit = app.add_option("--limit", options->limit, "Stop after this many")
                              ->check(CLI::PositiveNumber);
            app.add_option("--sample", options->sample, "Draw this many of them")
                ->check(CLI::PositiveNumber)
                ->excludes(limit);
            add_seed(app, options->seed);
            app.add_option("--shard", options->shard,
                           "Only this part of the groups, as 1/8: for work on several machines")
                ->type_name("I/N");
            app.add_option("--classes", options->classes, "Class catalogue: a name or a file")
                ->capture_default_str();
            app.add_flag("--fields", options->fields, "List the fields that EXPR can name");
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
