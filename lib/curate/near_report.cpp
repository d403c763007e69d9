#include "curate/near_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/error.h"
#include "curate/reread.h"
#include "image/photograph.h"
#include "image/similarity.h"

namespace signpost {
namespace {

Surroundings read_picture(const Sample& sample, const BlobReader& blobs) {
  thread_local Image image;
  std::string wrong;
  if (!read_photograph(blobs, sample, image, wrong)) throw Error(Blame::input, wrong);
  return surroundings(image, box_of(sample, image));
}

/// The shorter side of the smaller box, in pixels.
double least_side(const Surroundings& a, const Surroundings& b) {
  return std::min(
      {a.box.x2 - a.box.x1, a.box.y2 - a.box.y1, b.box.x2 - b.box.x1, b.box.y2 - b.box.y1});
}

std::string side_text(const std::string& split) {
  return split.empty() ? "without a split" : "in " + split;
}

std::string group_text(const Sample& sample) {
  return sample.group.empty() ? "no group" : "group " + sample.group;
}

void describe(Finding& finding, const Sample& here, const Sample& there, std::uint64_t line,
              double similarity) {
  finding.what =
      fmt::format("looks the same as {} (line {}, similarity {:.2f})", there.id, line, similarity);
  if (here.label && there.label && *here.label != *there.label) {
    finding.kind = "near-copy-labels";
    finding.what += fmt::format(", but is labelled {}, not {}", *here.label, *there.label);
    finding.remedy = "find out which label is right and correct the other";
  } else if (here.split != there.split) {
    finding.kind = "near-copy-leak";
    finding.what += fmt::format(", which is {} while this one is {}", side_text(there.split),
                                side_text(here.split));
    finding.remedy = "put both on one side if they show one sign";
  } else {
    finding.severity = Severity::warning;
    finding.kind = "near-copy";
    finding.what +=
        fmt::format(", which belongs to {}, not {}", group_text(there), group_text(here));
    finding.remedy = "if they show one sign, give both one group before they are split";
  }
}

}  // namespace

void report_near_copies(NearDuplicates& pictures, LineReader& lines, const BlobReader& blobs,
                        const NearLimits& limits, int jobs, ProgressStyle style,
                        const std::function<void(const Finding&)>& found) {
  pictures.search(jobs);
  const std::map<std::uint64_t, Sample> samples = samples_on(pictures.wanted_lines(), lines);
  Progress progress("near-copies", "pairs", pictures.candidate_pairs(), style);
  const auto compare = [&](std::uint64_t line, std::uint64_t other) {
    progress.add();
    return similarity(read_picture(samples.at(line), blobs),
                      read_picture(samples.at(other), blobs));
  };
  const std::vector<NearDuplicates::Match> matches = pictures.find(limits.told, jobs, compare);
  progress.finish();
  for (const NearDuplicates::Match& match : matches) {
    const Sample &here = samples.at(match.line), &there = samples.at(match.other_line);
    const auto place = [&](std::uint64_t line) {
      return lines.name() + ":" + std::to_string(line);
    };
    const bool sure =
        match.similarity >= limits.sure &&
        least_side(read_picture(here, blobs), read_picture(there, blobs)) >= limits.sure_side_px;
    Finding finding{sure ? Severity::error : Severity::warning, {}, place(match.line), here.id};
    finding.others = {place(match.other_line)};
    finding.group = here.group;
    finding.label = here.label;
    finding.values = {{"similarity", match.similarity}};
    describe(finding, here, there, match.other_line, match.similarity);
    found(finding);
  }
}

}  // namespace signpost
