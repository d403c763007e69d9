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
#include "codecs/decode.h"
#include "curate/crop.h"
#include "curate/relations.h"
#include "curate/side.h"

namespace signpost {
namespace {

/// A record on its way through the pipeline.
struct Item {
  Sample sample;
  std::string where, content;
  std::uint64_t line = 0;
  bool good = true;
  std::vector<Finding> findings;

  void error(std::string_view kind, std::string what, std::string remedy) {
    findings.push_back(
        {Severity::error, kind, where, sample.id, std::move(what), std::move(remedy), {}});
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

void check_roi(Item& item) {
  const std::string fault = roi_fault(item.sample);
  if (fault.empty()) return;
  const std::size_t end = fault.find("; ");
  item.error("bad-roi", fault.substr(0, end), fault.substr(end + 2));
}

void check_image(Item& item, const BlobReader& blobs) {
  thread_local Bytes bytes;
  Sample& sample = item.sample;
  try {
    blobs.read(sample.image, bytes);
  } catch (const Error& error) {
    item.error("no-image", error.what(), "bring the file back, or name its folder with --root");
    return;
  }
  item.content = sha256_hex(bytes);
  if (!sample.sha256.empty() && sample.sha256 != item.content) {
    item.error("changed-image", sample.image + ": its bytes are not those of the record's sha256",
               "find out which is right, then ingest it again");
  }
  ImageSize size;
  std::string wrong;
  if (!decode_size(bytes, size, wrong)) {
    item.error("bad-image", sample.image + ": " + wrong, "get the image again or take it out");
    return;
  }
  if (sample.width.value_or(size.width) != size.width ||
      sample.height.value_or(size.height) != size.height) {
    item.error("wrong-size",
               fmt::format("{}: is {}x{}, but the record says {}x{}", sample.image, size.width,
                           size.height, sample.width.value_or(size.width),
                           sample.height.value_or(size.height)),
               "ingest it again");
  }
  if (!sample.width) sample.width = size.width;
  if (!sample.height) sample.height = size.height;
}

}  // namespace

CheckCounts check(LineReader& lines, const Catalogue& catalogue, const CheckOptions& options,
                  const std::function<void(const Finding&)>& found) {
  CheckCounts counts;
  const auto tell = [&](const Finding& finding) {
    ++(finding.severity == Severity::error ? counts.errors : counts.warnings);
    found(finding);
  };
  SampleDecoder decoder;
  const BlobReader blobs(options.root);
  Relations relations;
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
          if (item->good && options.images) check_image(*item, blobs);
          if (item->good) check_roi(*item);
          return item;
        },
        [&](Handle item) {
          progress.add();
          for (const Finding& finding : item->findings) tell(finding);
          if (!item->good) return;
          ++counts.samples;
          relations.add(item->sample, item->content.empty() ? item->sample.sha256 : item->content,
                        item->line);
        });
  }
  relations.report(lines, catalogue, tell);
  return counts;
}

}  // namespace signpost
