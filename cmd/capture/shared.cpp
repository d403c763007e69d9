#include <charconv>

#include "base/error.h"
#include "base/interrupt.h"
#include "sample/stream.h"
#include "store/time.h"
#include "subcommands.h"

namespace signpost {
namespace {

std::string time_of(const char* flag, const std::string& text) {
  if (text.empty()) return {};
  const std::optional<std::string> time = parse_time(text);
  if (!time) {
    throw Error(Blame::usage, std::string(flag) + " " + text +
                                  ": give a date or time as 2026-01-31 or 2026-01-31T12:00:00Z");
  }
  return *time;
}

}  // namespace

void add_filter(CLI::App& app, FilterOptions& options) {
  CaptureFilter& filter = options.filter;
  app.add_option("--status", filter.statuses, "Only those with one of these")
      ->delimiter(',')
      ->check(CLI::IsMember(
          std::vector<std::string>(std::begin(kCaptureStatuses), std::end(kCaptureStatuses))))
      ->type_name("STATUS");
  app.add_option("--label", filter.label,
                 "Only those of this class, annotated or, if not, predicted");
  app.add_option("--predicted", filter.predicted, "Only those predicted as this class");
  app.add_option("--device", filter.device, "Only what this device saw")->type_name("NAME");
  app.add_option("--model", filter.model, "Only what this model saw last")->type_name("NAME");
  app.add_option("--group", filter.group, "Only this physical sign")->type_name("NAME");
  app.add_option("--annotator", filter.annotator, "Only what this person has annotated")
      ->type_name("NAME");
  app.add_option("--since", options.since, "Only those received at this time (UTC) or later")
      ->type_name("TIME");
  app.add_option("--until", options.until, "Only those received before")->type_name("TIME");
  app.add_option("--min-confidence", filter.min_confidence, "Only those predicted so surely")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--max-confidence", filter.max_confidence, "Only those predicted no surer")
      ->check(CLI::Range(0.0, 1.0));
  app.add_flag("--disagrees", options.disagrees, "Only those labelled other than predicted");
  app.add_flag("--similar", options.similar, "Only those that look like another capture");
  app.add_option("--limit", filter.limit, "At most so many")->check(CLI::Range(0, 1000000000));
}

CaptureFilter filter_of(const FilterOptions& options) {
  CaptureFilter filter = options.filter;
  filter.since = time_of("--since", options.since);
  filter.until = time_of("--until", options.until);
  if (options.flagged) filter.flagged = true;
  if (options.disagrees) filter.disagrees = true;
  if (options.similar) filter.similar = true;
  return filter;
}

Roi parse_roi(const std::string& text) {
  int corners[4] = {};
  const char* at = text.data();
  const char* const end = at + text.size();
  for (int& corner : corners) {
    const auto [next, error] = std::from_chars(at, end, corner);
    const bool last = &corner == &corners[3];
    if (error != std::errc() || (last ? next != end : next == end || *next != ',')) {
      throw Error(Blame::usage, "--roi " + text + ": give X1,Y1,X2,Y2 in whole pixels");
    }
    at = next + 1;
  }
  return {corners[0], corners[1], corners[2], corners[3]};
}

void RowGroups::each(const std::function<void(const Row&)>& add,
                     const std::function<void()>& flush) {
  constexpr std::size_t kGroup = 1024;
  LineReader lines(path_);
  std::size_t waiting = 0;
  for (std::string_view line; lines.next(line);) {
    stop_if_interrupted();
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    add({lines.where(), std::string(line)});
    if (lines.buffered() && ++waiting < kGroup) continue;
    flush();
    waiting = 0;
  }
  flush();
}

}  // namespace signpost
