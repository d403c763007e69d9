#include <unistd.h>

#include <charconv>
#include <deque>
#include <iostream>
#include <mutex>
#include <optional>

#include "base/archive.h"
#include "base/interrupt.h"
#include "base/json_text.h"
#include "base/ordered_threads.h"
#include "cli/command.h"
#include "codecs/decode.h"
#include "device/answer.h"
#include "device/classifier.h"

namespace signpost {
namespace {

struct Options {
  std::string package;
  std::vector<std::string> images;
  std::string roi;
  std::size_t top = 5;
  int jobs = 0;
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

/// The names on the command line in their order, with those on standard input in the place of "-".
class Names {
 public:
  explicit Names(const std::vector<std::string>& words) : words_(words) {}

  std::optional<std::string> next() {
    stop_if_interrupted();
    for (; at_ < words_.size(); ++at_) {
      if (words_[at_] != "-") return words_[at_++];
      std::string line;
      while (std::getline(std::cin, line)) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (!line.empty()) return line;
      }
      stop_if_interrupted();
    }
    return std::nullopt;
  }

 private:
  const std::vector<std::string>& words_;
  std::size_t at_ = 0;
};

struct Answer {
  std::string file;
  std::string json;   ///< or
  std::string wrong;  ///< why there is none
};

/// Classifiers for as many threads as ask at once, all over one package.
class Pool {
 public:
  explicit Pool(Classifier first) {
    all_.push_back(std::move(first));
    free_.push_back(&all_.front());
  }

  Classifier& take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return all_.emplace_back(all_.front().twin());
    Classifier& classifier = *free_.back();
    free_.pop_back();
    return classifier;
  }
  void give_back(Classifier& classifier) {
    const std::lock_guard lock(mutex_);
    free_.push_back(&classifier);
  }

 private:
  std::mutex mutex_;
  std::deque<Classifier> all_;
  std::vector<Classifier*> free_;
};

/// `message` without the name of the file that it starts with, as a reject names it anyway.
std::string without_name(std::string message, const std::string& file) {
  if (message.starts_with(file + ": ")) message.erase(0, file.size() + 2);
  return message;
}

class Runner {
 public:
  explicit Runner(const Options& options)
      : options_(options),
        roi_(options.roi.empty() ? std::nullopt : std::optional(parse_roi(options.roi))),
        pool_(Classifier::open(options.package)) {}

  Answer answer(std::string file) {
    Answer answer{std::move(file), {}, {}};
    Image image;
    try {
      Bytes bytes;
      reader_.read(answer.file, bytes);
      if (!decode_image(bytes, image, answer.wrong)) return answer;
    } catch (const Error& error) {
      answer.wrong = without_name(error.what(), answer.file);
      return answer;
    }
    const Box roi = roi_.value_or(Box{0, 0, image.width, image.height});
    Classifier& classifier = pool_.take();
    const std::string refusal = classifier.refusal(image, roi);
    if (refusal.empty()) {
      answer.json = encode_answer(answer.file, classifier.package(),
                                  classifier.classify(image, roi), options_.top);
    } else {
      answer.wrong = "the region " + refusal + (roi_ ? "; pass another --roi" : "; pass --roi");
    }
    pool_.give_back(classifier);
    return answer;
  }

 private:
  const Options& options_;
  std::optional<Box> roi_;
  Pool pool_;
  BlobReader reader_;
};

Exit run(const Options& options) {
  Runner runner(options);
  Rejects rejects(program_name(), reject_options(options.rejects));
  Names names(options.images);
  const bool one = options.images.size() == 1 && options.images[0] != "-";
  OrderedThreads<std::string, Answer>::run(
      one ? 1 : options.jobs, [&] { return names.next(); },
      [&](std::string file) { return runner.answer(std::move(file)); },
      [&](Answer answer) {
        if (!answer.wrong.empty()) return rejects.add(answer.file, answer.wrong);
        answer.json += '\n';
        write_all(STDOUT_FILENO, as_bytes(answer.json), "standard output");
      });
  return finish(rejects);
}

}  // namespace

Command command() {
  return {"Classify images with a package", [](CLI::App& app) {
            auto options = std::make_shared<Options>();
            app.add_option("PACKAGE", options->package, "NAME.signpost, made by signpost package")
                ->required();
            app.add_option("IMAGE", options->images,
                           "PPM, PNG or JPEG files, or archive.zip!member; \"-\" reads names from "
                           "standard input, one a line")
                ->required();
            app.add_option("--roi", options->roi,
                           "Where the sign is in each image, in pixels; X2 and Y2 are exclusive "
                           "(default: the whole image)")
                ->type_name("X1,Y1,X2,Y2");
            app.add_option("--top", options->top, "How many of the best labels to list")
                ->capture_default_str()
                ->check(CLI::Range(std::size_t{1}, std::size_t{1000}));
            add_jobs(app, options->jobs);
            add_rejects(app, options->rejects);
            return [options] { return run(*options); };
          }};
}

}  // namespace signpost
