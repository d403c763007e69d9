#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "train/feed.h"
#include "train/run_folder.h"

namespace signpost {

/// Creates the run folder, or checks that the existing one is what is to be resumed. Throws
/// Error{usage} if it exists and is neither to be resumed nor replaced, or belongs to another call.
void open_run(const std::filesystem::path& run, const RunInfo& info, bool resume, bool force);

/// Throws Error{usage} if the run is there and neither to be resumed nor replaced.
void refuse_existing_run(const std::filesystem::path& run, bool resume, bool force);

/// Holds a run for this process; the system lets go of it when the process ends, however it ends.
/// Throws Error{environment} if another process holds it.
class RunLock {
 public:
  explicit RunLock(const std::filesystem::path& run);
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  ~RunLock();

 private:
  int descriptor_;
};

/// Keeps the lines of RUN/metrics.ndjson that the checkpoint knows of: one may have been written
/// just before the end.
void trim_metrics(const std::filesystem::path& run, std::uint64_t epochs);
void append_metrics(const std::filesystem::path& run, const std::string& line);
/// RUN/metrics.csv: the same figures, for spreadsheets and for tools that plot tables.
void write_metrics_table(const std::filesystem::path& run);

/// RUN/golden: four validation photographs, as different as they come: of the smallest, of the
/// largest, and two between.
void write_golden(const std::filesystem::path& run, const PixelSet& validation,
                  const std::filesystem::path& root);
/// RUN/validation.ndjson
void write_validation(const std::filesystem::path& run, const PixelSet& validation);
void write_run_file(const std::filesystem::path& path, const std::string& text);

}  // namespace signpost
