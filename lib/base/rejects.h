#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>

namespace signpost {

/// Bad records: each is counted, named on standard error and, on request, written to a file as
/// NDJSON
/// (`where`, `what`, `record`). The stream goes on. Thread-safe.
class Rejects {
 public:
  struct Options {
    std::filesystem::path file;  ///< empty: none. Overwritten, and written record by record, so
                                 ///< that an abort loses none.
    bool strict = false;         ///< the first reject throws Error{input}
    bool quiet = false;          ///< count, but say nothing on standard error
  };

  Rejects(std::string program, const Options& options);
  Rejects(const Rejects&) = delete;
  Rejects& operator=(const Rejects&) = delete;
  ~Rejects();

  /// `where` is file, file:line or archive!member; `what` says what is wrong and what to do;
  /// `record` is the bad record.
  void add(std::string_view where, std::string_view what, std::string_view record = {});

  std::uint64_t count() const;

  /// Says how many were not named one by one. Called once, at the end.
  void summarise();

 private:
  static constexpr std::uint64_t kNamed = 50;
  std::string program_;
  Options options_;
  std::FILE* file_ = nullptr;
  mutable std::mutex mutex_;
  std::uint64_t count_ = 0;
};

}  // namespace signpost
