#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace signpost {

/// What a program notes about its own run, for the history of the data that it makes. The one
/// `main` fills it in before the work begins; while `command` is empty, no history is kept.
struct Provenance {
  std::string command;  ///< as `normal_command_line` gives it; empty: keep no history
  std::string version;
  /// What the run read besides its stream: the name of each file and its SHA-256.
  std::map<std::string, std::string, std::less<>> uses;

  /// Notes a file that decides about the result: a catalogue, a recipe. Callable from any thread.
  void use(std::string_view name, std::string_view text);

  /// {"command":…,"version":…,"uses":{…}}; empty if there is no command.
  std::string json() const;
};

/// That of this process.
Provenance& provenance();

/// A command line as a shell takes it, without what has no bearing on the data: --jobs, --progress,
/// --quiet, --rejects, --force and the place of the output. `program` is "signpost-split", shown as
/// "signpost split". A line of more than 4 KiB is cut and says so.
std::string normal_command_line(std::string_view program,
                                const std::vector<std::string>& arguments);

}  // namespace signpost
