#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace signpost {

/// Many people at one store at once.
struct CrowdOptions {
  int annotators = 100;  ///< sessions, each with a token, a cookie and a connection of its own
  int admins = 10;       ///< of them; these decide on disagreements too
  int labels_each = 3;   ///< that stand in the end
  int captures = 0;      ///< to label; 0: as many as they need
  int disputed = 40;     ///< captures on which people disagree from the start
  int devices = 2;       ///< that submit meanwhile
  int submissions_each = 30;
  double pace_s = 0;  ///< what a label takes its annotator, on average; 0: no time at all
  int threads = 0;    ///< of the server; 0: its default
};

struct CrowdAnswer {
  /// What should not have happened, a line each: an answer of 5xx, one that says "locked", a
  /// capture with two annotators at once, a label, withdrawal, decision or capture that was
  /// acknowledged and is not in the store exactly once.
  std::vector<std::string> wrong;
  std::size_t labels = 0, withdrawn = 0, decided = 0, accepted = 0,
              submitted = 0;  ///< acknowledged
  std::size_t repeated = 0;   ///< labels sent a second time, as if the answer had been lost
  std::size_t resent = 0;     ///< requests sent again because an idle connection had given way
  double seconds = 0;
  std::map<std::string, std::vector<double>> milliseconds;  ///< of each request, by kind; sorted
};

/// Starts a server on loopback over a new store and lets all of them work on it at once: sign in,
/// lease, look, label, send again, undo, skip, ask for progress and history, decide, release, sign
/// out; devices submit; another connection to the store, as another program has it, reviews and
/// lists. Then reads the store and compares it with what was acknowledged.
CrowdAnswer run_crowd(const CrowdOptions& options);

}  // namespace signpost
