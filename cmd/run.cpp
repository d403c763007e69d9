#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>

#include "cli/command.h"
#include "run/frames.h"
#include "run/names.h"
#include "run/runner.h"
#include "run/samples.h"

namespace signpost {
namespace {

namespace fs = std::filesystem;

const std::map<std::string, KeepWhen> kSaveWhen = {
    {"all", KeepWhen::all}, {"unsure", KeepWhen::unsure}, {"wrong", KeepWhen::wrong}};

struct Options {
  RunnerOptions runner;
  std::vector<std::string> images;
  std::string roi;
  std::vector<std::string> frames;  ///< the format; empty: ppm
  bool has_frames = false;
  std::string when_slow;
  double fps = 0;
  std::string samples;
  fs::path corrections;
  bool confirm = false;
  fs::path save_captures, keep_confirmed;
  std::string save_when;
  std::size_t most_confirmed = 500;
  Rejects::Options rejects;
};

Box parse_roi(const std::string& text) {
  std::array<int, 4> corner{};
  const char *at = text.data(), *end = at + text.size();
  for (std::size_t i = 0; i < corner.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, corner[i]);
    const bool separated = i + 1 < corner.size() ? next != end && *next == ',' : next == end;
    if (error != std::errc() || !separated) {
      throw Error(Blame::usage,
                  "--roi takes four whole numbers X1,Y1,X2,Y2 in pixels, not " + text);
    }
    at = next + 1;
  }
  const Box roi{corner[0], corner[1], corner[2], corner[3]};
  if (roi.x1 < 0 || roi.y1 < 0 || roi.x1 >= roi.x2 || roi.y1 >= roi.y2)
    throw Error(Blame::usage, "--roi " + text + " is an empty or negative box");
  return roi;
}

void check(const Options& options) {
  const auto refuse = [](const char* what) { throw Error(Blame::usage, what); };
  const int sources = !options.images.empty() + options.has_frames + !options.samples.empty();
  if (sources == 0) refuse("say what to classify: IMAGE, --frames or --samples");
  if (sources > 1) refuse("IMAGE, --frames and --samples exclude one another; give one of them");
  if (!options.has_frames && (!options.when_slow.empty() || options.fps > 0))
    refuse("--when-slow and --fps are about frames; pass --frames");
  if (options.runner.cascade.below && options.runner.cascade.large.empty())
    refuse("--cascade-below is about the second package; pass --cascade");
  if (!options.save_when.empty() && options.save_captures.empty())
    refuse("--save-when is about what is saved; pass --save-captures");
  const bool people = options.confirm || !options.corrections.empty() || !options.samples.empty();
  if (options.save_when == "wrong" && !people)
    refuse(
        "--save-when wrong needs to be told what is right: --confirm, --corrections or --samples");
  if (!options.keep_confirmed.empty() && !people)
    refuse(
        "--keep-confirmed needs to be told what is right: --confirm, --corrections or --samples");
  if (!options.samples.empty() && !options.roi.empty())
    refuse("samples bring their own region; leave --roi out");
}

bool reads_standard_input(const Options& options) {
  return options.has_frames || options.samples == "-" ||
         std::ranges::find(options.images, "-") != options.images.end();
}

/// A file, or standard input for "-".
class Input {
 public:
  explicit Input(const std::string& path) : name_(path == "-" ? "standard input" : path) {
    if (path == "-") return;
    file_.open(path);
    if (!file_) throw Error(Blame::input, path + ": cannot be read: " + std::strerror(errno));
  }
  std::istream& stream() { return file_.is_open() ? static_cast<std::istream&>(file_) : std::cin; }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::ifstream file_;
};

/// Where a person types: standard input, or the terminal if that is taken.
std::string keyboard(const Options& options) {
  return reads_standard_input(options) ? "/dev/tty" : "-";
}

Exit run(const Options& given) {
  check(given);
  Options options = given;
  const FrameFormat format =
      options.has_frames && !options.frames.empty() && !options.frames[0].empty()
          ? parse_frame_format(options.frames.front())
          : FrameFormat();
  if (!options.roi.empty()) options.runner.roi = parse_roi(options.roi);
  const bool drop = options.when_slow == "drop";
  const bool one = options.images.size() == 1 && !fs::is_directory(options.images[0]) &&
                   options.images[0] != "-";
  if (one || drop || options.confirm) options.runner.jobs = 1;

  Rejects rejects(program_name(), reject_options(options.rejects));
  Runner runner(options.runner, rejects, [](const std::string& line) {
    write_all(STDOUT_FILENO, as_bytes(line), "standard output");
  });

  Corrections corrections;
  if (!options.corrections.empty()) {
    Input file(options.corrections.string());
    corrections = Corrections(file.stream(), file.name(), rejects);
    runner.use(&corrections);
  }
  std::optional<Input> typed;
  std::optional<Confirmer> confirmer;
  if (options.confirm)
    runner.use(&confirmer.emplace(typed.emplace(keyboard(options)).stream(), std::cerr));
  std::optional<CaptureKeeper> captures, confirmed;
  if (!options.save_captures.empty()) {
    const KeepWhen when =
        options.save_when.empty() ? KeepWhen::all : kSaveWhen.at(options.save_when);
    if (when == KeepWhen::unsure && runner.package().contents().abstain.thresholds.empty()) {
      throw Error(Blame::usage, options.runner.cascade.package.string() +
                                    ": has no thresholds that say where it is unsure; leave "
                                    "--save-when unsure out");
    }
    runner.keep_in(&captures.emplace(options.save_captures, when), true);
  }
  if (!options.keep_confirmed.empty()) {
    runner.keep_in(
        &confirmed.emplace(options.keep_confirmed, KeepWhen::confirmed, options.most_confirmed),
        false);
  }

  if (drop) {
    NewestSource source([&](const std::atomic<bool>& stop) {
      return std::make_unique<FrameSource>(STDIN_FILENO, format, options.fps, &stop);
    });
    runner.run(source);
    if (source.dropped() > 0) say("dropped " + counted(source.dropped(), "frame"));
  } else if (options.has_frames) {
    FrameSource source(STDIN_FILENO, format, options.fps);
    runner.run(source);
  } else if (!options.samples.empty()) {
    Input manifest(options.samples);
    SampleSource source(manifest.stream(), manifest.name());
    runner.run(source);
  } else {
    NameSource source(options.images, options.runner.root);
    runner.run(source);
  }
  return finish(rejects);
}

void add_inputs(CLI::App& app, Options& options) {
  app.add_option(
      "IMAGE", options.images,
      "PPM, PNG, JPEG or WebP files, folders of them, or archive.zip!member; \"-\" reads "
      "names from standard input, one a line");
  const CLI::Option* frames =
      app.add_option("--frames", options.frames,
                     "Read frames from standard input: ppm (default), one after the other, or "
                     "rgb24:WIDTHxHEIGHT")
          ->expected(0, 1)
          ->type_name("[FORMAT]");
  app.parse_complete_callback([&options, frames] { options.has_frames = frames->count() > 0; });
  app.add_option("--when-slow", options.when_slow,
                 "When frames come faster than answers: wait lets them wait (default), drop "
                 "classifies the newest and drops the others")
      ->check(CLI::IsMember({"wait", "drop"}))
      ->type_name("wait|drop");
  app.add_option("--fps", options.fps, "Frames a second, for the times of frames without any")
      ->check(CLI::Range(0.001, 100000.0));
  app.add_option("--samples", options.samples,
                 "Classify the samples of this NDJSON manifest, each in its own region; \"-\" is "
                 "standard input")
      ->type_name("MANIFEST");
  add_root(app, options.runner.root);
  app.add_option("--roi", options.roi,
                 "Where the sign is in each image, in pixels; X2 and Y2 are exclusive "
                 "(default: the whole image)")
      ->type_name("X1,Y1,X2,Y2");
}

void add_answers(CLI::App& app, Options& options) {
  app.add_option("--pubkey", options.runner.cascade.public_key,
                 "Run nothing that this key did not sign: minisign's line, or a file with it")
      ->envname("SIGNPOST_PUBKEY")
      ->type_name("KEY");
  app.add_option("--top", options.runner.top, "How many of the best labels to list")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, std::size_t{1000}));
  app.add_flag("--time", options.runner.time, "Say how many milliseconds each answer took");
  app.add_flag("--accept-all", options.runner.cascade.accept_all,
               "Do not say which answers are under the package's thresholds");
  app.add_option("--cascade", options.runner.cascade.large,
                 "A second, larger package that is asked where the first is unsure")
      ->type_name("PACKAGE");
  app.add_option("--cascade-below", options.runner.cascade.below,
                 "Unsure is a confidence under this (default: the first package's thresholds)")
      ->check(CLI::Range(0.0, 1.0));
}

void add_captures(CLI::App& app, Options& options) {
  app.add_flag("--confirm", options.confirm,
               "Ask at the terminal after each answer whether it is right");
  app.add_option(
         "--corrections", options.corrections,
         "NDJSON with what people said already: \"file\", \"id\" or \"frame\", and \"label\"")
      ->type_name("FILE");
  app.add_option("--save-captures", options.save_captures,
                 "Keep the images in this queue, for signpost submit")
      ->type_name("QUEUE");
  app.add_option("--save-when", options.save_when,
                 "Which: all (default), unsure (under the thresholds), wrong (corrected)")
      ->check(CLI::IsMember(kSaveWhen))
      ->type_name("all|unsure|wrong");
  app.add_option("--keep-confirmed", options.keep_confirmed,
                 "Keep images that people confirmed or corrected, for signpost update")
      ->type_name("DIR");
  app.add_option("--most-confirmed", options.most_confirmed, "Of those, keep so many, the newest")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{1}, std::size_t{1000000}));
}

}  // namespace

Command command() {
  return {"Classify images, frames or samples with a package", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            app.add_option("PACKAGE", options->runner.cascade.package,
                           "NAME.signpost, made by signpost package")
                ->required();
            add_inputs(app, *options);
            add_answers(app, *options);
            add_captures(app, *options);
            add_jobs(app, options->runner.jobs);
            add_rejects(app, options->rejects);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
