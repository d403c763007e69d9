#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace signpost {

/// What is to go for good: captures that all of the given choices fit, at least one of them given.
struct PurgeRequest {
  std::vector<std::string> captures = {};  ///< as in Annotation
  std::string device = {};
  std::string before = {};  ///< by `received`, UTC
  std::string who = {}, why = {};
  bool dry_run = false;  ///< tell what would go, and leave it
};

struct Tombstone {
  std::string sha256, purged, who, why;
};

struct PurgeAnswer {
  std::vector<Tombstone> purged;
  std::vector<std::string> wrong;  ///< ids that name no capture: nothing was purged then
  /// False: another program was reading, so that the write-ahead log may still hold the bytes until
  /// the store is next closed by everyone.
  bool log_emptied = true;
};

}  // namespace signpost
