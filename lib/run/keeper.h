#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "device/cascade.h"
#include "queue/capture_queue.h"
#include "run/subject.h"

namespace signpost {

/// Which pictures are kept.
enum class KeepWhen {
  all,
  unsure,    ///< the package's thresholds say that its answer is not to be relied on
  wrong,     ///< a person says that it is another class
  confirmed  ///< a person has said which class it is
};

/// Keeps pictures, with what was made of them and what a person said, in a queue.
class CaptureKeeper {
 public:
  /// `most`: when there are more, the oldest go; 0: none goes.
  CaptureKeeper(const std::filesystem::path& folder, KeepWhen when, std::size_t most = 0)
      : queue_(folder), when_(when), most_(most) {}

  bool wants(const Subject& subject, const Verdict& verdict) const;

  /// Keeps the bytes of the subject's file as they are, or a frame as PNG, under what `line`, the
  /// answer that is printed, tells of it. What waits already learns what a person said since.
  /// Returns the SHA-256 of the bytes; nothing, and says why in `wrong`, if the line is too long to
  /// travel. Throws Error{environment} if the queue cannot be written.
  std::optional<std::string> keep(const Subject& subject, const std::string& line,
                                  std::string& wrong);

 private:
  CaptureQueue queue_;
  KeepWhen when_;
  std::size_t most_;
};

}  // namespace signpost
