#include "base/error.h"
#include "base/json_text.h"
#include "sample/stream.h"
#include "store/records.h"
#include "subcommands.h"

namespace signpost {
namespace {

struct Options {
  std::string id, decision, from, roi, reviewer, note;
  std::optional<int> label;
  std::int64_t annotation = 0;
  bool blank = false;
  Rejects::Options rejects;
};

void print(LineWriter& out, const Review& review, const ReviewAnswer& answer) {
  out.write_line("{\"capture\":" + json_string(answer.capture) +
                 ",\"review\":" + std::to_string(answer.review) +
                 ",\"annotation\":" + std::to_string(answer.annotation) +
                 ",\"decision\":" + json_string(review.decision) + "}");
  out.finish();
}

Exit review_rows(const std::string& database, const Options& options) {
  Rejects rejects(program_name(), reject_options(options.rejects));
  LineWriter out;
  std::optional<CaptureStore> store;
  std::vector<Review> group;
  std::vector<RowGroups::Row> origins;
  const auto flush = [&] {
    if (!store) store.emplace(database, Database::Missing::refuse);
    const std::vector<ReviewAnswer> answers = store->review(group);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (answers[i].wrong.empty()) print(out, group[i], answers[i]);
    }
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (!answers[i].wrong.empty())
        rejects.add(origins[i].where, answers[i].wrong, origins[i].text);
    }
    group.clear();
    origins.clear();
  };
  RowGroups(options.from)
      .each(
          [&](const RowGroups::Row& row) {
            Review review;
            const std::string wrong = parse_review(row.text, review);
            if (!wrong.empty()) {
              flush();
              rejects.add(row.where, wrong, row.text);
              return;
            }
            if (review.reviewer.empty()) review.reviewer = options.reviewer;
            group.push_back(std::move(review));
            origins.push_back(row);
          },
          flush);
  return finish(rejects);
}

Exit run(const std::string& database, const Options& options) {
  if (!options.from.empty()) {
    if (!options.id.empty() || !options.roi.empty() || !options.note.empty() ||
        options.annotation != 0) {
      throw Error(Blame::usage, "--from takes the ids, decisions and boxes from its rows alone");
    }
    return review_rows(database, options);
  }
  if (options.id.empty() || options.decision.empty())
    throw Error(Blame::usage, "name a capture and a decision, or a file of reviews with --from");
  if (options.reviewer.empty())
    throw Error(Blame::usage, "say who reviews with --reviewer; USER is not set");
  if (options.decision == "adjudicate" && !options.label && options.annotation == 0 &&
      !options.blank) {
    throw Error(Blame::usage, "adjudicate with a LABEL, with --annotation or with --unusable");
  }
  if (options.blank && (options.decision != "adjudicate" || options.label || !options.roi.empty() ||
                        options.annotation != 0)) {
    throw Error(Blame::usage, "--unusable goes with adjudicate alone");
  }
  Review review{options.id, options.annotation, options.reviewer, options.decision, options.label,
                {},         options.note};
  if (!options.roi.empty()) review.roi = parse_roi(options.roi);
  CaptureStore store(database, Database::Missing::refuse);
  const ReviewAnswer answer = store.review(std::span(&review, 1)).front();
  if (!answer.wrong.empty()) throw Error(Blame::input, answer.wrong);
  LineWriter out;
  print(out, review, answer);
  return Exit::done;
}

}  // namespace

CaptureCommand capture_review() {
  return {"review", "Decide on what others have labelled", [](CLI::App& app) -> StoreWork {
            auto options = std::make_shared<Options>();
            app.add_option("ID", options->id, "At least 6 digits of what capture list prints");
            app.add_option("DECISION", options->decision,
                           "accept: right; reject: wrong, label it anew; adjudicate: this it is")
                ->check(CLI::IsMember({"accept", "reject", "adjudicate"}));
            app.add_option("LABEL", options->label, "The class id, to adjudicate");
            app.add_flag("--unusable", options->blank, "Adjudicate that no sign can be seen");
            app.add_option("--roi", options->roi, "The box of the sign, half-open, in pixels")
                ->type_name("X1,Y1,X2,Y2");
            app.add_option("--annotation", options->annotation,
                           "The annotation that is meant (default: the one that decides)")
                ->check(CLI::PositiveNumber);
            app.add_option("--note", options->note, "A remark, kept with the review");
            app.add_option("--reviewer", options->reviewer, "Who decides")
                ->envname("USER")
                ->type_name("NAME");
            app.add_option("--from", options->from,
                           "Take many from NDJSON rows; \"-\" is standard input")
                ->type_name("FILE");
            add_rejects(app, options->rejects);
            return [options](const std::string& database) { return run(database, *options); };
          }};
}

}  // namespace signpost
