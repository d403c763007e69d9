#include "base/error.h"
#include "base/json_text.h"
#include "sample/stream.h"
#include "store/records.h"
#include "subcommands.h"

namespace signpost {
namespace {

struct Options {
  std::string id, from, roi, annotator, note;
  std::optional<int> label;
  bool reject = false, unsure = false, blind = false, undo = false;
  Rejects::Options rejects;
};

void print(LineWriter& out, const Annotation& annotation, const AnnotationAnswer& answer) {
  std::string line = "{\"capture\":" + json_string(answer.capture) +
                     ",\"annotation\":" + std::to_string(answer.annotation) +
                     ",\"verdict\":" + json_string(annotation.verdict);
  if (annotation.label) line += ",\"label\":" + std::to_string(*annotation.label);
  out.write_line(line + "}");
  out.finish();
}

Exit label_rows(const std::string& database, const Options& options) {
  Rejects rejects(program_name(), reject_options(options.rejects));
  LineWriter out;
  // Opened when there is something to do: in a pipe behind `capture add` it may not be there
  // before.
  std::optional<CaptureStore> store;
  std::vector<Annotation> group;
  std::vector<RowGroups::Row> origins;
  const auto flush = [&] {
    if (!store) store.emplace(database, Database::Missing::refuse);
    const std::vector<AnnotationAnswer> answers = store->annotate(group);
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
            Annotation annotation;
            const std::string wrong = parse_annotation(row.text, annotation);
            if (!wrong.empty()) {
              flush();
              rejects.add(row.where, wrong, row.text);
              return;
            }
            if (annotation.annotator.empty()) annotation.annotator = options.annotator;
            if (options.blind) annotation.blind = true;
            group.push_back(std::move(annotation));
            origins.push_back(row);
          },
          flush);
  return finish(rejects);
}

Exit undo(const std::string& database, const Options& options) {
  CaptureStore store(database, Database::Missing::refuse);
  const AnnotationAnswer answer = store.undo(options.annotator);
  if (!answer.wrong.empty()) throw Error(Blame::input, answer.wrong);
  LineWriter out;
  Annotation withdrawn;
  withdrawn.verdict = "withdraw";
  print(out, withdrawn, answer);
  return Exit::done;
}

Exit run(const std::string& database, const Options& options) {
  const int verdicts =
      (options.label ? 1 : 0) + (options.reject ? 1 : 0) + (options.unsure ? 1 : 0);
  const bool alone =
      options.id.empty() && verdicts == 0 && options.roi.empty() && options.note.empty();
  if (!options.from.empty()) {
    if (!alone || options.undo)
      throw Error(Blame::usage, "--from takes the ids, labels and boxes from its rows alone");
    return label_rows(database, options);
  }
  if (options.annotator.empty() && (options.undo || verdicts == 1))
    throw Error(Blame::usage, "say who labels with --annotator; USER is not set");
  if (options.undo) {
    if (!alone) throw Error(Blame::usage, "--undo takes no id, label or box");
    return undo(database, options);
  }
  if (options.id.empty())
    throw Error(Blame::usage, "name a capture, or a file of labels with --from");
  if (verdicts != 1) throw Error(Blame::usage, "give one of LABEL, --reject and --unsure");
  Annotation annotation;
  annotation.capture = options.id;
  annotation.annotator = options.annotator;
  annotation.verdict = options.label ? "label" : options.reject ? "reject" : "unsure";
  annotation.label = options.label;
  annotation.note = options.note;
  annotation.blind = options.blind;
  if (!options.roi.empty()) annotation.roi = parse_roi(options.roi);
  CaptureStore store(database, Database::Missing::refuse);
  const AnnotationAnswer answer = store.annotate(std::span(&annotation, 1)).front();
  if (!answer.wrong.empty()) throw Error(Blame::input, answer.wrong);
  LineWriter out;
  print(out, annotation, answer);
  return Exit::done;
}

}  // namespace

CaptureCommand capture_label() {
  return {"label", "Say what captures show", [](CLI::App& app) -> StoreWork {
            auto options = std::make_shared<Options>();
            app.add_option("ID", options->id, "At least 6 digits of what capture list prints");
            app.add_option("LABEL", options->label, "The class id");
            app.add_flag("--reject", options->reject,
                         "Not usable: no sign, or none that can be seen");
            app.add_flag("--unsure", options->unsure, "Somebody else should look");
            app.add_option("--roi", options->roi, "The box of the sign, half-open, in pixels")
                ->type_name("X1,Y1,X2,Y2");
            app.add_option("--note", options->note, "A remark, kept with the annotation");
            app.add_flag("--blind", options->blind,
                         "A voice beside the others, given without seeing them");
            app.add_flag("--undo", options->undo, "Withdraw the annotator's last annotation");
            app.add_option("--annotator", options->annotator, "Who says so")
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
