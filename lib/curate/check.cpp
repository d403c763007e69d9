#include "curate/check.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <vector>

#include "base/archive.h"
#include "base/digest.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/json_text.h"
#include "base/parallel.h"
#include "base/random.h"
#include "codecs/decode.h"
#include "curate/crop.h"
#include "curate/relations.h"
#include "curate/reread.h"
#include "curate/side.h"
#include "curate/split.h"
#include "curate/track_check.h"
#include "curate/variant.h"
#include "image/photograph.h"

namespace signpost {
namespace {

/// A record on its way through the pipeline.
struct Item {
  Sample sample;
  std::string where, content;
  std::uint64_t line = 0;
  bool good = true;
  std::optional<Fingerprint> print;
  std::vector<Finding> findings;

  Finding& tell(Severity severity, std::string_view kind, std::string what, std::string remedy) {
    Finding finding{severity, kind, where, sample.id, std::move(what), std::move(remedy)};
    finding.group = sample.group;
    finding.label = sample.label;
    return findings.emplace_back(std::move(finding));
  }
  void error(std::string_view kind, std::string what, std::string remedy) {
    tell(Severity::error, kind, std::move(what), std::move(remedy));
  }
};

void check_record(Item& item, const Catalogue& catalogue, SampleDecoder& decoder) {
  const Sample& sample = item.sample;
  if (!sample.label) {
    item.error("no-label", "has no label", "label it or take it out");
  } else if (!catalogue.find(*sample.label)) {
    item.error("unknown-class", fmt::format("label {} is no class of the catalogue", *sample.label),
               "correct it, or name another catalogue with --classes");
  }
  if (!side_of(sample.split)) {
    item.error("bad-split",
               "split " + json_string(sample.split) + " is none of train, val and test",
               "correct it or take it out");
  }
  if (!sample.ops.empty()) {
    try {
      decoder.ops(sample);
    } catch (const Error& error) {
      item.error("bad-operation", std::string(error.what()).substr(sample.id.size() + 2),
                 "make the sample anew with this release");
    }
  }
}

/// False if the box is unsound.
bool check_roi(Item& item) {
  const std::string fault = roi_fault(item.sample);
  if (fault.empty()) return true;
  const std::size_t end = fault.find("; ");
  item.error("bad-roi", fault.substr(0, end), fault.substr(end + 2));
  return false;
}

/// Reads and decodes the image; false if there is none that fits its record.
bool check_image(Item& item, const BlobReader& blobs, Image& image) {
  thread_local Bytes bytes;
  Sample& sample = item.sample;
  try {
    blobs.read(sample.image, bytes);
  } catch (const Error& error) {
    item.error("no-image", error.what(), "bring the file back, or name its folder with --root");
    return false;
  }
  item.content = sha256_hex(bytes);
  if (!sample.sha256.empty() && sample.sha256 != item.content) {
    item.error("changed-image", sample.image + ": its bytes are not those of the record's sha256",
               "find out which is right, then ingest it again");
  }
  std::string wrong;
  if (!decode_image(bytes, image, wrong)) {
    item.error("bad-image", sample.image + ": " + wrong, "get the image again or take it out");
    return false;
  }
  const bool fits = sample.width.value_or(image.width) == image.width &&
                    sample.height.value_or(image.height) == image.height;
  if (!fits) {
    item.error("wrong-size",
               fmt::format("{}: is {}x{}, but the record says {}x{}", sample.image, image.width,
                           image.height, sample.width.value_or(image.width),
                           sample.height.value_or(image.height)),
               "ingest it again");
  }
  sample.width = image.width;
  sample.height = image.height;
  return fits;
}

/// Everything that needs no other record.
void check_item(Item& item, const CheckOptions& options, const BlobReader& blobs) {
  thread_local Image image;
  const bool decoded = options.images && check_image(item, blobs, image);
  const bool sound = check_roi(item);
  if (!sound || is_variant(item.sample)) return;
  const PictureFault fault = [&](std::string_view kind, std::string what, std::string remedy,
                                 std::string_view name, double value) {
    item.tell(Severity::warning, kind, std::move(what), std::move(remedy)).values = {{name, value}};
  };
  check_size(item.sample, options.pictures, fault);
  if (!decoded) return;
  item.print = check_picture(grey(image, box_of(item.sample, image)), options.pictures, fault);
}

/// What is kept of a sample to compare it with the others.
struct Together {
  Relations relations;
  NearDuplicates pictures;
  TrackCheck tracks;
  ClassCheck classes;

  void add(const Item& item, bool near_copies) {
    const Sample& sample = item.sample;
    const std::string& content = item.content.empty() ? sample.sha256 : item.content;
    relations.add(sample, content, item.line);
    tracks.add(sample, item.line);
    classes.add(sample);
    if (!near_copies || !item.print) return;
    pictures.add(
        {item.line, stable_hash(group_of(sample)), content.empty() ? 0 : stable_hash(content),
         static_cast<std::uint32_t>(stable_hash(sample.image)),
         side_of(sample.split).value_or(Side::none)},
        *item.print);
  }
};

void report_tracks(const TrackCheck& tracks, LineReader& lines,
                   const std::function<void(const Finding&)>& found) {
  const std::vector<TrackCheck::Fault> faults = tracks.faults();
  std::vector<std::uint64_t> wanted;
  for (const TrackCheck::Fault& fault : faults) {
    if (wanted.empty() || wanted.back() != fault.line) wanted.push_back(fault.line);
  }
  const std::map<std::uint64_t, Sample> samples = samples_on(wanted, lines);
  for (const TrackCheck::Fault& fault : faults) {
    const Sample& sample = samples.at(fault.line);
    const auto place = [&](std::uint64_t line) {
      return lines.name() + ":" + std::to_string(line);
    };
    Finding finding{fault.severity, fault.kind, place(fault.line), sample.id};
    finding.what = "group " + sample.group + " " + fault.what;
    finding.remedy = fault.remedy;
    if (fault.other_line != 0) {
      finding.what += " on line " + std::to_string(fault.other_line);
      finding.others = {place(fault.other_line)};
    }
    finding.group = sample.group;
    finding.label = sample.label;
    found(finding);
  }
}

}  // namespace

CheckCounts check(LineReader& lines, const Catalogue& catalogue, const CheckOptions& options,
                  const std::function<void(const Finding&)>& found) {
  CheckCounts counts;
  SampleDecoder decoder;
  const BlobReader blobs(options.root);
  Together together{{}, {}, {}, ClassCheck(options.classes)};
  {
    Progress progress("check", "samples", 0, options.progress);
    // Items are reached through a pointer, which the pipeline can move at no cost.
    using Handle = std::unique_ptr<Item>;
    ordered_pipeline<Handle, Handle>(
        options.images ? options.jobs : 1,
        [&]() -> std::optional<Handle> {
          std::string_view text;
          while (lines.next(text)) {
            stop_if_interrupted();
            if (text.find_first_not_of(" \t") == std::string_view::npos) continue;
            auto item = std::make_unique<Item>();
            item->where = lines.where();
            item->line = lines.line_number();
            const std::string wrong =
                decoder.decode(text, lines.readable_after(text), item->sample);
            item->good = wrong.empty();
            if (item->good) {
              check_record(*item, catalogue, decoder);
            } else {
              item->sample.clear();
              item->error("bad-record", wrong, "correct the line or take it out");
            }
            return item;
          }
          return std::nullopt;
        },
        [&](Handle item) {
          if (item->good) check_item(*item, options, blobs);
          return item;
        },
        [&](Handle item) {
          progress.add();
          for (const Finding& finding : item->findings) found(finding);
          if (!item->good) return;
          ++counts.samples;
          together.add(*item, options.near_copies);
        });
  }
  together.relations.report(lines, found);
  if (together.pictures.size() > 1) {
    report_near_copies(together.pictures, lines, blobs, options.near, options.jobs,
                       options.progress, found);
  }
  report_tracks(together.tracks, lines, found);
  together.classes.report(lines.name(), catalogue, found);
  if (!options.judges.empty()) {
    counts.judged = find_suspects(lines, options.judges, catalogue,
                                  {options.root, options.jobs, options.progress}, found);
  }
  return counts;
}

}  // namespace signpost
