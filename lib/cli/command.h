#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/progress.h"
#include "base/rejects.h"

namespace signpost {

/// A program of the suite. Each cmd/NAME.cpp defines `command()`; lib/cli/main.cpp holds the one
/// `main`.
struct Command {
  std::string summary;  ///< one line: what it does, for --help and for the list of commands
  /// Declares the flags and returns the work, which runs after parsing and returns the exit status.
  std::function<std::function<Exit()>(CLI::App&)> setup;
};

Command command();

/// "signpost-split", for messages.
const std::string& program_name();

/// The version of the suite, e.g. "0.1.0".
std::string_view version();

/// Words for people, on standard error, one line, behind the program's name. Silent under --quiet.
void say(const std::string& line);

/// Flags that several commands share, declared in one way everywhere.
struct StreamOptions {
  std::string manifest = "-";
  std::filesystem::path root;
  Rejects::Options rejects;
};

/// The positional MANIFEST, default "-".
void add_manifest(CLI::App& app, StreamOptions& options);
/// --rejects FILE and --strict.
void add_rejects(CLI::App& app, Rejects::Options& options);
/// --root DIR, against which relative image paths are resolved.
void add_root(CLI::App& app, std::filesystem::path& root);
/// --jobs N, 0 for all cores.
void add_jobs(CLI::App& app, int& jobs);
void add_seed(CLI::App& app, std::uint64_t& seed);
/// -o, --output PATH (required) and --force.
void add_output(CLI::App& app, std::filesystem::path& output, bool& force, const std::string& what);
/// --progress auto|json|none
void add_progress(CLI::App& app, ProgressStyle& style);

/// True under --quiet, which every command has.
bool quiet();
/// The style for a Progress: `style`, or none under --quiet.
ProgressStyle progress_style(ProgressStyle style);
/// `options` with --quiet applied.
Rejects::Options reject_options(const Rejects::Options& options);

/// Ends a run that may have rejected records: says so, and returns Exit::rejected or Exit::done.
Exit finish(Rejects& rejects);

}  // namespace signpost
