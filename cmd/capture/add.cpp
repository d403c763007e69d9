#include "base/error.h"
#include "base/interrupt.h"
#include "base/json_text.h"
#include "sample/stream.h"
#include "store/intake.h"
#include "store/photo_list.h"
#include "store/records.h"
#include "subcommands.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> paths, tables;
  std::string device, group;
  Rejects::Options rejects;
};

/// One run of the subcommand.
class Adding {
 public:
  Adding(const std::string& database, const Options& options)
      : options_(options),
        rejects_(program_name(), reject_options(options.rejects)),
        store_(database, Database::Missing::create),
        intake_(store_, rejects_, [this](const std::string& file, const Admission& answer) {
          out_.write_line("{\"capture\":" + json_string(answer.capture) +
                          ",\"file\":" + json_string(file) +
                          ",\"new\":" + (answer.is_new ? "true" : "false") + "}");
          out_.finish();
        }) {}

  Exit run() {
    for (const std::string& table : options_.tables) add_table(table);
    for (const std::string& path : options_.paths) {
      if (path == "-") {
        add_records();
      } else if (fs::is_directory(path)) {
        add_folder(path);
      } else {
        add_files({path});
      }
    }
    intake_.flush();
    return finish(rejects_);
  }

 private:
  void add(Submission submission, const std::string& where, const std::string& record) {
    if (submission.device.empty()) submission.device = options_.device;
    if (submission.group.empty()) submission.group = options_.group;
    intake_.add(std::move(submission), where, record);
  }

  void reject(const std::string& where, const std::string& wrong, std::string_view record) {
    intake_.flush();  // --strict ends here: what came before is kept
    rejects_.add(where, wrong, record);
  }

  void add_records() {
    LineReader lines("-");
    for (std::string_view line; lines.next(line);) {
      stop_if_interrupted();
      if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
      Submission submission;
      const std::string wrong = parse_submission(line, submission);
      if (!wrong.empty()) {
        reject(lines.where(), wrong, line);
      } else {
        const std::string where = lines.where() + ": " + submission.file;
        add(std::move(submission), where, std::string(line));
      }
      if (!lines.buffered()) intake_.flush();
    }
  }

  void add_table(const std::string& table) {
    read_photo_list(
        table,
        [&](Submission submission, const std::string& where, const std::string& record) {
          add(std::move(submission), where, record);
        },
        [&](const std::string& where, const std::string& wrong, const std::string& record) {
          reject(where, wrong, record);
        });
  }

  void add_files(const std::vector<std::string>& files) {
    for (const std::string& file : files) {
      stop_if_interrupted();
      Submission submission;
      submission.file = file;
      add(std::move(submission), file, {});
    }
  }

  void add_folder(const std::string& folder) {
    std::size_t skipped = 0;
    const std::vector<std::string> files = images_below(folder, skipped);
    if (files.empty()) reject(folder, "holds no file named like an image", {});
    if (skipped > 0) {
      say(folder + ": passed over " + std::to_string(skipped) +
          (skipped == 1 ? " file" : " files") + " not named like a PPM, PGM, PNG, JPEG or WebP");
    }
    add_files(files);
  }

  const Options& options_;
  Rejects rejects_;
  CaptureStore store_;
  LineWriter out_;
  Intake intake_;
};

Exit run(const std::string& database, const Options& options) {
  if (options.paths.empty() && options.tables.empty())
    throw Error(Blame::usage, "name images, folders or \"-\", or a table with --csv");
  return Adding(database, options).run();
}

}  // namespace

CaptureCommand capture_add() {
  return {"add", "Take images into the store", [](CLI::App& app) -> StoreWork {
            auto options = std::make_shared<Options>();
            app.add_option("PATH", options->paths,
                           "Images, folders of images, or \"-\": what signpost run prints");
            app.add_option("--csv", options->tables,
                           "A table of photographs: file, label, confidence, taken, lat, lon, …")
                ->type_name("FILE");
            app.add_option("--device", options->device, "What took the images")->type_name("NAME");
            app.add_option("--group", options->group, "The physical sign that they show")
                ->type_name("NAME");
            add_rejects(app, options->rejects);
            return [options](const std::string& database) { return run(database, *options); };
          }};
}

}  // namespace signpost
