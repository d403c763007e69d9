#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/file.h"
#include "pixels/pnm.h"
#include "store/captures.h"

namespace signpost {

/// An empty folder for one test, removed with all that is in it.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "signpost-store-XXXXXX").string();
    if (!mkdtemp(name.data())) std::abort();
    path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

/// A 4x3 image like no other with another number.
inline Bytes image(int number) {
  Image pixels(4, 3);
  for (std::size_t i = 0; i < 4; ++i)
    pixels.rgb[i] = static_cast<std::uint8_t>(static_cast<unsigned>(number) >> (8 * i));
  Bytes bytes;
  encode_ppm(pixels, bytes);
  return bytes;
}

/// A picture with structure, like no other with another seed.
inline Image drawing(int side, int seed) {
  Image picture(side, side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const double wave =
          std::sin(0.11 * seed * x + 0.3 * seed) + std::cos(0.07 * seed * y * x / side);
      std::uint8_t* pixel = picture.rgb.data() + static_cast<std::ptrdiff_t>(3 * (y * side + x));
      for (int c = 0; c < 3; ++c) pixel[c] = static_cast<std::uint8_t>(127 + 60 * wave);
    }
  }
  return picture;
}

inline Submission named(const std::string& file) {
  Submission submission;
  submission.file = file;
  return submission;
}

inline Annotation says(const std::string& capture, int label, const std::string& annotator = "ann",
                       bool blind = false) {
  Annotation annotation;
  annotation.capture = capture;
  annotation.annotator = annotator;
  annotation.verdict = "label";
  annotation.label = label;
  annotation.blind = blind;
  return annotation;
}

inline Annotation says(const std::string& capture, const std::string& verdict,
                       const std::string& annotator = "ann", bool blind = false) {
  Annotation annotation = says(capture, 0, annotator, blind);
  annotation.verdict = verdict;
  annotation.label.reset();
  return annotation;
}

inline AnnotationAnswer annotate(CaptureStore& store, const Annotation& annotation) {
  return store.annotate(std::span(&annotation, 1)).front();
}

inline ReviewAnswer review(CaptureStore& store, const std::string& capture,
                           const std::string& decision, const std::string& reviewer,
                           std::optional<int> label = {}, std::int64_t annotation = 0) {
  Review one;
  one.capture = capture;
  one.annotation = annotation;
  one.reviewer = reviewer;
  one.decision = decision;
  one.label = label;
  return store.review(std::span(&one, 1)).front();
}

inline Admission add(CaptureStore& store, const Submission& submission, const Bytes& bytes) {
  std::string wrong;
  const auto staged = CaptureStore::stage(submission, bytes, wrong);
  if (!staged) return {{}, false, wrong, Admission::Refusal::none};
  return store.admit(std::span(&*staged, 1)).front();
}

inline std::vector<CaptureState> all(CaptureStore& store, const CaptureFilter& filter = {}) {
  std::vector<CaptureState> captures;
  store.each(filter, [&](const CaptureState& capture) { captures.push_back(capture); });
  return captures;
}

/// The state of the one capture, or the first.
inline CaptureState only(CaptureStore& store) { return all(store).front(); }

/// What SQLite says to `sql`, asked behind the store's back.
inline std::string answer_to(const std::filesystem::path& path, const std::string& sql) {
  Database database(path, Database::Missing::refuse, 99);
  try {
    database.execute(sql);
    return "done";
  } catch (const std::exception& error) {
    return std::string(error.what()).substr(database.name().size() + 2);
  }
}

/// The first number that SQLite answers.
inline std::int64_t ask(const std::filesystem::path& path, const std::string& sql) {
  return Database(path, Database::Missing::refuse, 99).integer(sql);
}

/// Runs `work` in a process of its own; its result, or 99 if it threw.
template <typename Work>
pid_t start(Work&& work) {
  const pid_t child = fork();
  if (child != 0) return child;
  int status = 99;
  try {
    status = work();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "child: %s\n", error.what());
  }
  _exit(status);
}

inline int exit_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace signpost
