#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "base/progress.h"
#include "fetch/data_source.h"
#include "fetch/verify.h"

namespace signpost {

struct DownloadOptions {
  std::string mirror;  ///< the folder to fetch from instead of the source's own; empty: that
  /// Attempts after one that brought nothing new; 0: the first break is the end.
  int retries = 5;
  double retry_wait_s = 1;    ///< before the first of them; doubles with each, to at most a minute
  long stall_timeout_s = 60;  ///< a transfer without a byte for so long is broken
  bool force = false;         ///< replace a file that is there and is not the one expected
  ProgressStyle progress = ProgressStyle::automatic;
  /// Gets words for people, a line each: what broke, what is tried next.
  std::function<void(const std::string&)> words = [](const std::string&) {};
};

struct Download {
  enum class Status { fetched, resumed, present };
  Status status = Status::fetched;
  std::filesystem::path path;
  std::string url;
  FileVerdict verdict;
};

/// Brings a file of a source into `folder`, which is made if need be: whole and verified, or not at
/// all under its name. A good file that is there already is left alone. An attempt that broke is
/// taken up where it ended, in this run or a later one, as long as the server still has the same
/// file.
///
/// Throws Error{usage} if another file has that name and `force` is not set; Error{environment} if
/// the server refuses, the retries are used up or the disk is full; Error{input} if what came is
/// not the file expected; Interrupted after a signal.
Download download(const DataSource& source, const SourceFile& file,
                  const std::filesystem::path& folder, const DownloadOptions& options);

}  // namespace signpost
