#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/rejects.h"
#include "store/captures.h"

namespace signpost {

/// Takes image files into a store, many in one transaction. An answer is given only for what is on
/// the disk.
class Intake {
 public:
  using Answered = std::function<void(const std::string& file, const Admission& answer)>;

  /// Refused images go to `rejects`, the others to `answered`.
  Intake(CaptureStore& store, Rejects& rejects, Answered answered)
      : store_(store), rejects_(rejects), answered_(std::move(answered)) {}
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  /// Reads and stages `submission.file`. `where` and `record` are for the reject. Flushes when
  /// enough is staged.
  void add(Submission submission, const std::string& where, const std::string& record);

  /// Commits what is staged and answers. To be called at the end, and wherever input may pause.
  void flush();

 private:
  struct Origin {
    std::string where, record;
  };
  CaptureStore& store_;
  Rejects& rejects_;
  Answered answered_;
  std::vector<StagedCapture> staged_;
  std::vector<Origin> origins_;
  std::size_t bytes_ = 0;  ///< of what is staged
};

/// The images of a folder and its subfolders: regular files named like a PPM, PGM, PNG, JPEG or
/// WebP, sorted by path; hidden ones are left out. `skipped` counts the other files. Throws
/// Error{input}.
std::vector<std::string> images_below(const std::filesystem::path& folder, std::size_t& skipped);

}  // namespace signpost
