#include <algorithm>

#include "base/digest.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/json_text.h"
#include "sample/stream.h"
#include "store/image_copies.h"
#include "store/object_writer.h"
#include "store/records.h"
#include "subcommands.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

struct Options {
  FilterOptions filter;
  std::string policy = kPolicies[0];
  fs::path images, root;
  bool with_flagged = false;
  Rejects::Options rejects;
};

Policy policy_of(const std::string& name) {
  return static_cast<Policy>(std::ranges::find(kPolicies, name) - std::begin(kPolicies));
}

/// What a policy can draw labels from.
std::vector<std::string> default_statuses(Policy policy) {
  switch (policy) {
    case Policy::single:
      return {"labelled", "accepted"};
    case Policy::two_agree:
      return {"labelled", "accepted", "disputed"};
    case Policy::adjudicated:
      break;
  }
  return {"accepted"};
}

std::string filter_json(const CaptureFilter& filter, const Options& options) {
  std::string out;
  ObjectWriter object(out);
  std::vector<std::string> statuses;
  for (const std::string& status : filter.statuses) statuses.push_back(json_string(status));
  object.text("policy", options.policy)
      .list("status", statuses)
      .number("label", filter.label)
      .number("predicted", filter.predicted)
      .text("device", filter.device)
      .text("model", filter.model)
      .text("group", filter.group)
      .text("annotator", filter.annotator)
      .text("since", filter.since)
      .text("until", filter.until)
      .real("min_confidence", filter.min_confidence)
      .real("max_confidence", filter.max_confidence)
      .yes("disagrees", filter.disagrees.value_or(false))
      .yes("similar", filter.similar.value_or(false))
      .yes("with_flagged", options.with_flagged);
  if (filter.limit) object.number("limit", *filter.limit);
  object.end();
  return out;
}

/// Writes samples, in groups whose images are on the disk first.
class Exporting {
 public:
  Exporting(CaptureStore& store, const Options& options, Rejects& rejects)
      : rejects_(rejects),
        copies_(store, options.images.empty() ? store.image_folder() : options.images) {
    named_ = copies_.folder();
    if (!options.root.empty())
      named_ = fs::weakly_canonical(named_).lexically_relative(fs::weakly_canonical(options.root));
  }

  void add(const Truth& truth) {
    constexpr std::size_t kGroup = 256;
    std::string wrong;
    const fs::path name = copies_.put(truth.capture, wrong);
    if (!wrong.empty()) {
      rejects_.add("capture/" + short_id(truth.capture.sha256), wrong);
      return;
    }
    group_.push_back(sample_of(truth, (named_ / name).string()));
    if (group_.size() >= kGroup) flush();
  }

  /// Completes `record` with what was written.
  void finish(ExportRecord& record) {
    flush();
    out_.finish();
    record.samples = samples_;
    record.digest = digest_.hex();
  }

 private:
  void flush() {
    copies_.settle();
    std::string line;
    for (const Sample& sample : group_) {
      line.clear();
      encode(sample, line);
      digest_.add(line + "\n");
      out_.write(sample);
    }
    samples_ += static_cast<std::int64_t>(group_.size());
    group_.clear();
  }

  Rejects& rejects_;
  ImageCopies copies_;
  fs::path named_;
  LineWriter out_;
  Sha256 digest_;
  std::int64_t samples_ = 0;
  std::vector<Sample> group_;
};

Exit run(const std::string& database, const Options& options) {
  Rejects rejects(program_name(), reject_options(options.rejects));
  CaptureStore store(database, Database::Missing::refuse);
  const Policy policy = policy_of(options.policy);
  CaptureFilter filter = filter_of(options.filter);
  filter.order = CaptureOrder::digest;
  if (filter.statuses.empty()) filter.statuses = default_statuses(policy);
  Exporting exporting(store, options, rejects);
  std::size_t flagged = 0;
  store.each_truth(filter, policy, [&](const Truth& truth) {
    stop_if_interrupted();
    if (truth.capture.flagged && !options.with_flagged) {
      ++flagged;
    } else {
      exporting.add(truth);
    }
  });
  ExportRecord record;
  record.filter = filter_json(filter, options);
  exporting.finish(record);
  store.record_export(record);
  if (flagged > 0) {
    say("left out " + std::to_string(flagged) +
        (flagged == 1 ? " capture that equals" : " captures that equal") +
        " an image of a known data set; --with-flagged takes them");
  }
  return finish(rejects);
}

Exit print_exports(const std::string& database) {
  CaptureStore store(database, Database::Missing::refuse);
  LineWriter out;
  for (const ExportRecord& record : store.exports()) {
    std::string line;
    ObjectWriter object(line);
    object.number("export", record.id)
        .text("created", record.created)
        .raw("filter", record.filter)
        .number("samples", record.samples)
        .text("digest", record.digest)
        .number("last_annotation", record.last_annotation)
        .number("last_review", record.last_review)
        .end();
    out.write_line(line);
  }
  out.finish();
  return Exit::done;
}

}  // namespace

CaptureCommand capture_export() {
  return {
      "export", "Print captures as samples, sorted by SHA-256", [](CLI::App& app) -> StoreWork {
        auto options = std::make_shared<Options>();
        add_filter(app, options->filter);
        app.add_option("--policy", options->policy,
                       "How labels become truth: single: the annotation that decides; two-agree: "
                       "two people say so; adjudicated: a reviewer does")
            ->check(
                CLI::IsMember(std::vector<std::string>(std::begin(kPolicies), std::end(kPolicies))))
            ->capture_default_str()
            ->type_name("POLICY");
        app.add_flag("--with-flagged", options->with_flagged,
                     "Those too that equal an image of a known data set");
        app.add_option("--images", options->images,
                       "Where the images are written (default: FILE.images beside the store)")
            ->type_name("DIR");
        app.add_option("--root", options->root,
                       "Folder that image paths are to start from (default: the working folder)")
            ->type_name("DIR");
        add_rejects(app, options->rejects);
        return [options](const std::string& database) { return run(database, *options); };
      }};
}

CaptureCommand capture_exports() {
  return {"exports", "Print what was exported when",
          [](CLI::App&) -> StoreWork { return print_exports; }};
}

}  // namespace signpost
