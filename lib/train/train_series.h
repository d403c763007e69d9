#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "train/run_files.h"

namespace signpost {

/// One call of `signpost train` among several.
struct TrainCall {
  std::string name;                    ///< of its folder in the series'; unique
  std::vector<std::string> arguments;  ///< its flags, but for the output and what has no bearing on
                                       ///< the result
  std::filesystem::path manifest;
};

struct CallEnd {
  bool done = false;
  bool repeated = false;  ///< false: it was done before this call
  bool rejects = false;   ///< records were rejected on the way
  std::string problem;    ///< why it is not done: the last that it said
  double seconds = 0;     ///< of all attempts together
};

/// Runs of `signpost train` in one folder, each in a process of its own, so that its memory is
/// given back and a crash costs no other run:
///   calls.json   what was asked of each run, and how it went: replaced whole
///   logs/NAME    what it said
///   NAME/        the run
/// A run that is done is not repeated, one that was interrupted goes on. One process at a time
/// works on a series.
class TrainSeries {
 public:
  struct Options {
    std::filesystem::path folder, root;
    std::string kind;     ///< "sweep", "study table1": another kind's folder is refused
    std::string program;  ///< signpost-train's path
    int jobs = 0;
    bool resume = false, force = false;
  };

  /// Makes the folder, or opens it. Throws Error{usage} if it exists and neither `resume` nor
  /// `force` is set, or if it is something else; Error{environment} if another process is at work.
  explicit TrainSeries(const Options& options);
  TrainSeries(const TrainSeries&) = delete;
  TrainSeries& operator=(const TrainSeries&) = delete;

  const std::filesystem::path& folder() const { return options_.folder; }
  std::filesystem::path run_folder(const std::string& name) const;

  /// Notes what will be asked. Throws Error{usage} if a run of that name was asked something else,
  /// or had other data.
  void plan(const std::vector<TrainCall>& calls);

  bool done(const std::string& name) const;

  /// Trains. `on_line` gets each line that the run says, without the program's name. Throws
  /// Interrupted after SIGINT, once the run has ended and its state is kept.
  CallEnd run(const TrainCall& call, const std::function<void(std::string_view)>& on_line);

  /// Trains one after the other, with a progress of its own called `label`. After each, `on_end`
  /// gets its place and how it ended, and tells what to say of a run that is done ("98.12 %");
  /// `words` gets one line for people, but not for what was done before.
  void run_all(const std::vector<TrainCall>& calls, const std::string& label, ProgressStyle style,
               const std::function<std::string(std::size_t, const CallEnd&)>& on_end,
               const std::function<void(const std::string&)>& words);

 private:
  struct Known {
    std::vector<std::string> arguments;
    std::string data_digest;
    bool rejects = false;
    double seconds = 0;
  };
  void open_folder();
  void read_calls();
  void write_calls() const;

  Options options_;
  std::optional<RunLock> lock_;
  std::map<std::string, Known> known_;
  std::map<std::string, std::string> digests_;  ///< of manifests, by path
};

/// SHA-256 of a file, in constant memory.
std::string file_digest(const std::filesystem::path& path);

/// Keeps what is read from standard input as `path`, which is left alone if it holds that already.
/// Throws Error{usage} if it holds something else.
void keep_standard_input(const std::filesystem::path& path);

}  // namespace signpost
