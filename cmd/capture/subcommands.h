#pragma once

#include <functional>
#include <string>

#include "cli/command.h"
#include "store/captures.h"

namespace signpost {

/// What a subcommand does to the store named `database`.
using StoreWork = std::function<Exit(const std::string& database)>;

/// One subcommand of signpost capture, one file of this folder.
struct CaptureCommand {
  const char* name;
  const char* summary;
  /// Declares the flags and returns the work, as Command::setup does.
  std::function<StoreWork(CLI::App&)> setup;
};

CaptureCommand capture_add();
CaptureCommand capture_list();
CaptureCommand capture_show();
CaptureCommand capture_label();
CaptureCommand capture_review();
CaptureCommand capture_export();
CaptureCommand capture_exports();
CaptureCommand capture_known();
CaptureCommand capture_purge();
CaptureCommand capture_settings();
CaptureCommand capture_stats();
CaptureCommand capture_verify();

/// Flags that choose captures, for list and export.
struct FilterOptions {
  CaptureFilter filter;
  std::string since, until;
  bool flagged = false, disagrees = false, similar = false;
};
void add_filter(CLI::App& app, FilterOptions& options);
/// Throws Error{usage} on a time that is none.
CaptureFilter filter_of(const FilterOptions& options);

/// "X1,Y1,X2,Y2" of --roi. Throws Error{usage}.
Roi parse_roi(const std::string& text);

/// Reads NDJSON rows of a file ("-": standard input) and works on them in groups, as many as can be
/// had without waiting. Blank lines are skipped.
class RowGroups {
 public:
  struct Row {
    std::string where, text;
  };
  explicit RowGroups(const std::string& path) : path_(path) {}
  /// `add` is called for each row, `flush` whenever a group is complete, and at the end.
  void each(const std::function<void(const Row&)>& add, const std::function<void()>& flush);

 private:
  std::string path_;
};

}  // namespace signpost
