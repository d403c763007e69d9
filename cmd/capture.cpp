#include <charconv>
#include <cstdlib>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/json_text.h"
#include "cli/command.h"
#include "sample/stream.h"
#include "store/captures.h"
#include "store/intake.h"
#include "store/records.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;
using Missing = Database::Missing;

struct AddOptions {
  std::vector<std::string> paths;
  std::string device, group;
  Rejects::Options rejects;
};

struct ListOptions {
  CaptureFilter filter;
  std::string order = "newest";
};

struct LabelOptions {
  std::string id, from, roi, annotator, note;
  std::optional<int> label;
  bool reject = false, unsure = false;
  Rejects::Options rejects;
};

struct ExportOptions {
  CaptureFilter filter{"labelled", {}, {}, CaptureOrder::digest};
  fs::path root;
  Rejects::Options rejects;
};

bool blank(std::string_view line) {
  return line.find_first_not_of(" \t") == std::string_view::npos;
}

void add_records(const AddOptions& options, Intake& intake, Rejects& rejects) {
  LineReader lines("-");
  for (std::string_view line; lines.next(line);) {
    stop_if_interrupted();
    if (blank(line)) continue;
    Submission submission;
    const std::string wrong = parse_submission(line, submission);
    if (!wrong.empty()) {
      intake.flush();
      rejects.add(lines.where(), wrong, line);
    } else {
      if (submission.device.empty()) submission.device = options.device;
      if (submission.group.empty()) submission.group = options.group;
      const std::string where = lines.where() + ": " + submission.file;
      intake.add(std::move(submission), where, std::string(line));
    }
    if (!lines.buffered()) intake.flush();
  }
}

void add_files(const std::vector<std::string>& files, const AddOptions& options, Intake& intake) {
  for (const std::string& file : files) {
    stop_if_interrupted();
    intake.add({file, options.device, options.group, {}}, file, {});
  }
}

void add_folder(const std::string& folder, const AddOptions& options, Intake& intake,
                Rejects& rejects) {
  std::size_t skipped = 0;
  const std::vector<std::string> files = images_below(folder, skipped);
  if (files.empty()) rejects.add(folder, "holds no file named like a PPM, PGM, PNG or JPEG");
  if (skipped > 0) {
    say(folder + ": passed over " + std::to_string(skipped) + (skipped == 1 ? " file" : " files") +
        " not named like a PPM, PGM, PNG or JPEG");
  }
  add_files(files, options, intake);
}

Exit add(const std::string& database, const AddOptions& options) {
  Rejects rejects(program_name(), reject_options(options.rejects));
  CaptureStore store(database, Missing::create);
  LineWriter out;
  Intake intake(store, rejects, [&](const std::string& file, const Admission& answer) {
    out.write_line("{\"capture\":" + json_string(answer.capture) + ",\"file\":" +
                   json_string(file) + ",\"new\":" + (answer.is_new ? "true" : "false") + "}");
    out.finish();
  });
  for (const std::string& path : options.paths) {
    if (path == "-") {
      add_records(options, intake, rejects);
    } else if (fs::is_directory(path)) {
      add_folder(path, options, intake, rejects);
    } else {
      add_files({path}, options, intake);
    }
  }
  intake.flush();
  return finish(rejects);
}

Exit list(const std::string& database, const ListOptions& options) {
  CaptureStore store(database, Missing::refuse);
  LineWriter out;
  std::string line;
  CaptureFilter filter = options.filter;
  if (options.order == "uncertain") filter.order = CaptureOrder::uncertain;
  store.each(filter, [&](const CaptureState& capture) {
    stop_if_interrupted();
    line.clear();
    append_capture(line, capture, (store.image_folder() / store.image_name(capture)).string());
    out.write_line(line);
  });
  out.finish();
  return Exit::done;
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

void print(LineWriter& out, const Annotation& annotation, const AnnotationAnswer& answer) {
  std::string line = "{\"capture\":" + json_string(answer.capture) +
                     ",\"annotation\":" + std::to_string(answer.annotation) +
                     ",\"verdict\":" + json_string(annotation.verdict);
  if (annotation.label) line += ",\"label\":" + std::to_string(*annotation.label);
  out.write_line(line + "}");
  out.finish();
}

Exit label_rows(const std::string& database, const LabelOptions& options) {
  constexpr std::size_t kGroup = 1024;
  Rejects rejects(program_name(), reject_options(options.rejects));
  LineWriter out;
  LineReader lines(options.from);
  // Opened when there is something to do: in a pipe behind `capture add` it may not be there
  // before.
  std::optional<CaptureStore> store;
  std::vector<Annotation> group;
  std::vector<std::pair<std::string, std::string>> origins;
  const auto flush = [&] {
    if (!store) store.emplace(database, Missing::refuse);
    const std::vector<AnnotationAnswer> answers = store->annotate(group);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (answers[i].wrong.empty()) print(out, group[i], answers[i]);
    }
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (!answers[i].wrong.empty())
        rejects.add(origins[i].first, answers[i].wrong, origins[i].second);
    }
    group.clear();
    origins.clear();
  };
  for (std::string_view line; lines.next(line);) {
    stop_if_interrupted();
    if (blank(line)) continue;
    Annotation annotation;
    const std::string wrong = parse_annotation(line, annotation);
    if (annotation.annotator.empty()) annotation.annotator = options.annotator;
    if (wrong.empty()) {
      group.push_back(std::move(annotation));
      origins.emplace_back(lines.where(), line);
    } else {
      flush();
      rejects.add(lines.where(), wrong, line);
    }
    if (!lines.buffered() || group.size() >= kGroup) flush();
  }
  flush();
  return finish(rejects);
}

Exit label(const std::string& database, const LabelOptions& options) {
  const int verdicts =
      (options.label ? 1 : 0) + (options.reject ? 1 : 0) + (options.unsure ? 1 : 0);
  if (!options.from.empty()) {
    if (!options.id.empty() || verdicts > 0 || !options.roi.empty() || !options.note.empty())
      throw Error(Blame::usage, "--from takes the ids, labels and boxes from its rows alone");
    return label_rows(database, options);
  }
  if (options.id.empty())
    throw Error(Blame::usage, "name a capture, or a file of labels with --from");
  if (verdicts != 1) throw Error(Blame::usage, "give one of LABEL, --reject and --unsure");
  if (options.annotator.empty())
    throw Error(Blame::usage, "say who labels with --annotator; USER is not set");
  Annotation annotation;
  annotation.capture = options.id;
  annotation.annotator = options.annotator;
  annotation.verdict = options.label ? "label" : options.reject ? "reject" : "unsure";
  annotation.label = options.label;
  annotation.note = options.note;
  if (!options.roi.empty()) annotation.roi = parse_roi(options.roi);
  CaptureStore store(database, Missing::refuse);
  const AnnotationAnswer answer = store.annotate(std::span(&annotation, 1)).front();
  if (!answer.wrong.empty()) throw Error(Blame::input, answer.wrong);
  LineWriter out;
  print(out, annotation, answer);
  return Exit::done;
}

Exit export_samples(const std::string& database, const ExportOptions& options) {
  Rejects rejects(program_name(), reject_options(options.rejects));
  CaptureStore store(database, Missing::refuse);
  fs::path folder = store.image_folder();
  if (!options.root.empty())
    folder = fs::weakly_canonical(folder).lexically_relative(fs::weakly_canonical(options.root));
  LineWriter out;
  store.each(options.filter, [&](const CaptureState& capture) {
    stop_if_interrupted();
    const fs::path name = store.image_name(capture);
    if (!fs::exists(store.image_folder() / name)) {
      rejects.add("capture/" + short_id(capture.sha256),
                  "its image " + (store.image_folder() / name).string() +
                      " is missing; add the image again");
      return;
    }
    out.write(sample_of(capture, (folder / name).string()));
  });
  out.finish();
  return finish(rejects);
}

void add_status(CLI::App& app, std::string& status) {
  app.add_option("--status", status, "Only those that are new, labelled, rejected or unsure")
      ->check(CLI::IsMember(
          std::vector<std::string>(std::begin(kCaptureStatuses), std::end(kCaptureStatuses))))
      ->type_name("STATUS");
}

void declare(CLI::App& app, AddOptions& options) {
  app.add_option("PATH", options.paths,
                 "Images, folders of images, or \"-\": what signpost run prints")
      ->required();
  app.add_option("--device", options.device, "What took the images")->type_name("NAME");
  app.add_option("--group", options.group, "The physical sign that they show")->type_name("NAME");
  add_rejects(app, options.rejects);
}

void declare(CLI::App& app, ListOptions& options) {
  add_status(app, options.filter.status);
  app.add_option("--label", options.filter.label,
                 "Only those of this class, annotated or, if not, predicted");
  app.add_option("--limit", options.filter.limit, "At most so many")
      ->check(CLI::Range(0, 1000000000));
  app.add_option("--order", options.order, "newest, or uncertain: lowest confidence first")
      ->check(CLI::IsMember({"newest", "uncertain"}))
      ->capture_default_str()
      ->type_name("ORDER");
}

void declare(CLI::App& app, LabelOptions& options) {
  app.add_option("ID", options.id, "At least 6 digits of what capture list prints");
  app.add_option("LABEL", options.label, "The class id");
  app.add_flag("--reject", options.reject, "Not usable: no sign, or none that can be seen");
  app.add_flag("--unsure", options.unsure, "Somebody else should look");
  app.add_option("--roi", options.roi, "The box of the sign, half-open, in pixels")
      ->type_name("X1,Y1,X2,Y2");
  app.add_option("--note", options.note, "A remark, kept with the annotation");
  app.add_option("--annotator", options.annotator, "Who says so")
      ->envname("USER")
      ->type_name("NAME");
  app.add_option("--from", options.from, "Take many from NDJSON rows; \"-\" is standard input")
      ->type_name("FILE");
  add_rejects(app, options.rejects);
}

void declare(CLI::App& app, ExportOptions& options) {
  add_status(app, options.filter.status);
  app.get_option("--status")->capture_default_str();
  app.add_option("--root", options.root,
                 "Folder that image paths are to start from (default: the working folder)")
      ->type_name("DIR");
  add_rejects(app, options.rejects);
}

/// What the command line asks for.
struct Choice {
  std::string database = "captures.db";
  std::function<Exit(const std::string& database)> work;
};

template <typename Options>
void add_subcommand(CLI::App& app, const std::shared_ptr<Choice>& choice, const char* name,
                    const char* summary, Exit (*run)(const std::string&, const Options&)) {
  CLI::App* sub = app.add_subcommand(name, summary);
  sub->fallthrough();
  sub->footer("--db FILE and --quiet, see signpost capture --help, may stand here too.");
  auto options = std::make_shared<Options>();
  declare(*sub, *options);
  sub->callback(
      [=] { choice->work = [=](const std::string& database) { return run(database, *options); }; });
}

}  // namespace

Command command() {
  return {"Keep, label and export what devices saw", [](CLI::App& app) {
            auto choice = std::make_shared<Choice>();
            app.require_subcommand(1);
            app.add_option("--db", choice->database,
                           "The store; its images are in FILE.images beside it")
                ->capture_default_str()
                ->envname("SIGNPOST_DB")
                ->type_name("FILE");
            add_subcommand(app, choice, "add", "Take images into the store", add);
            add_subcommand(app, choice, "list", "Print captures as NDJSON", list);
            add_subcommand(app, choice, "label", "Say what captures show", label);
            add_subcommand(app, choice, "export", "Print captures as samples, sorted by SHA-256",
                           export_samples);
            return [choice] { return choice->work(choice->database); };
          }};
}

}  // namespace signpost
