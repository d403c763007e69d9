#include "curate/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/interrupt.h"
#include "cli/command.h"
#include "sample/stream.h"

namespace signpost {
namespace {

struct Options {
  std::vector<std::string> manifests = {"-"};
  std::string on_conflict = "error";
  Rejects::Options rejects;
};

/// The inputs as one run of lines, counted from 0 across all of them.
class Inputs {
 public:
  Inputs(const std::vector<std::string>& paths, Rejects& rejects) {
    for (const std::string& path : paths)
      readers_.push_back(std::make_unique<SampleReader>(path, rejects, Passes::two));
  }

  std::size_t count() const { return readers_.size(); }
  const std::string& name(std::size_t input) const { return readers_[input]->lines().name(); }

  void read_into(Merger& merger) {
    Sample sample;
    std::uint64_t before = 0;
    for (std::size_t i = 0; i < readers_.size(); ++i) {
      const LineReader& lines = readers_[i]->lines();
      while (readers_[i]->next(sample)) merger.add(sample, before + lines.line_number() - 1, i);
      before += lines.line_number();
      readers_[i]->rewind();
    }
  }

  /// Calls visit(number, text, input) for every line. The inputs are at their beginning before and
  /// after.
  template <typename Visit>
  void each_line(Visit visit) {
    std::uint64_t number = 0;
    std::string_view text;
    for (const auto& reader : readers_) {
      while (reader->lines().next(text)) {
        stop_if_interrupted();
        visit(number++, text, reader->lines());
      }
      reader->rewind();
    }
  }

 private:
  std::vector<std::unique_ptr<SampleReader>> readers_;
};

/// Where a line stands in its file.
struct Place {
  std::uint64_t line = 0;
  std::uint64_t offset = 0;
  std::size_t size = 0;
  const LineReader* input = nullptr;
  std::string where;

  std::string text() const {
    std::string line_text;
    input->read_at(offset, size, line_text);
    return line_text;
  }
};

/// The places of these lines, in ascending order of the lines.
std::vector<Place> places_of(std::vector<std::uint64_t> lines, Inputs& inputs) {
  std::sort(lines.begin(), lines.end());
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  std::vector<Place> places;
  places.reserve(lines.size());
  inputs.each_line([&](std::uint64_t number, std::string_view text, const LineReader& input) {
    if (places.size() < lines.size() && lines[places.size()] == number)
      places.push_back({number, input.offset(), text.size(), &input, input.where()});
  });
  return places;
}

const Place& place_of(std::uint64_t line, const std::vector<Place>& places) {
  return *std::lower_bound(places.begin(), places.end(), line,
                           [](const Place& place, std::uint64_t l) { return place.line < l; });
}

[[noreturn]] void fail_on_conflict(const Merger& merger, Inputs& inputs) {
  constexpr std::size_t kNamed = 10;
  std::vector<Merger::Conflict> named = merger.conflicts();
  named.resize(std::min(named.size(), kNamed));
  std::vector<std::uint64_t> lines;
  for (const Merger::Conflict& conflict : named)
    lines.insert(lines.end(), {conflict.line, conflict.earlier_line});
  const std::vector<Place> places = places_of(std::move(lines), inputs);

  SampleDecoder decoder;
  std::vector<std::string> sentences;
  for (const Merger::Conflict& conflict : named) {
    const Place &here = place_of(conflict.line, places),
                &there = place_of(conflict.earlier_line, places);
    Sample sample, other;
    decoder.decode(here.text(), sample);
    decoder.decode(there.text(), other);
    sentences.push_back(fmt::format("{}: {} differs from {} in {}", here.where, sample.id,
                                    there.where, differing_fields(other, sample)));
  }
  for (std::size_t i = 1; i < sentences.size(); ++i) say(sentences[i]);
  const std::size_t more = merger.conflicts().size() - 1;
  throw Error(Blame::input, sentences.front() +
                                (more > 0 ? fmt::format(" (and {} more)", more) : "") +
                                "; nothing is written; choose with --on-conflict first or last");
}

void write(const Merger& merger, Inputs& inputs) {
  std::vector<std::uint64_t> winners;
  for (const auto& [line, winner] : merger.replacements()) winners.push_back(winner);
  const std::vector<Place> places =
      winners.empty() ? std::vector<Place>{} : places_of(std::move(winners), inputs);
  auto next = merger.replacements().begin();
  LineWriter out;
  inputs.each_line([&](std::uint64_t number, std::string_view text, const LineReader&) {
    if (!merger.kept(number)) return;
    if (next != merger.replacements().end() && next->first == number) {
      out.write_record(place_of(next->second, places).text());
      ++next;
    } else {
      out.write_record(text);
    }
  });
  out.finish();
}

void summarise(const Inputs& inputs, const Merger& merger) {
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < inputs.count(); ++i) {
    const Merger::Count& count = merger.counts()[i];
    all += count.added;
    std::string line = fmt::format("{}: {} added", inputs.name(i), grouped(count.added));
    if (count.same > 0) line += fmt::format(", {} the same", grouped(count.same));
    if (count.replaced > 0) line += fmt::format(", {} replaced", grouped(count.replaced));
    if (count.dropped > 0) line += fmt::format(", {} dropped", grouped(count.dropped));
    say(line);
  }
  if (inputs.count() > 1) say(counted(all, "sample") + " in all");
}

OnConflict rule_of(const std::string& name) {
  if (name == "first") return OnConflict::first;
  return name == "last" ? OnConflict::last : OnConflict::error;
}

Exit run(const Options& options) {
  if (std::count(options.manifests.begin(), options.manifests.end(), "-") > 1)
    throw Error(Blame::usage, "\"-\" stands twice; standard input can be read as one input only");
  Rejects rejects(program_name(), reject_options(options.rejects));
  Inputs inputs(options.manifests, rejects);
  Merger merger;
  inputs.read_into(merger);
  merger.decide(rule_of(options.on_conflict), inputs.count());
  if (!merger.conflicts().empty()) fail_on_conflict(merger, inputs);
  write(merger, inputs);
  summarise(inputs, merger);
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
            add_rejects(app, options->rejects);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
