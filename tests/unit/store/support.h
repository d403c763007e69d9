#pragma once

#include <sys/wait.h>
#include <unistd.h>

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

inline Submission named(const std::string& file) { return {file, {}, {}, {}}; }

inline Admission add(CaptureStore& store, const Submission& submission, ByteView bytes) {
  std::string wrong;
  const auto staged = store.stage(submission, bytes, wrong);
  if (!staged) return {{}, false, wrong};
  return store.admit(std::span(&*staged, 1)).front();
}

inline std::vector<CaptureState> all(CaptureStore& store, const CaptureFilter& filter = {}) {
  std::vector<CaptureState> captures;
  store.each(filter, [&](const CaptureState& capture) { captures.push_back(capture); });
  return captures;
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
