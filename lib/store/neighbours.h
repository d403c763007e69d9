#pragma once

#include <cstdint>
#include <vector>

#include "image/fingerprint.h"
#include "store/database.h"

namespace signpost {

/// The perceptual hashes of a store's captures, kept in memory (16 bytes a capture) to find those
/// that look like a new one: a look at each hash, 0.1 ms for 100,000. For one connection; loads
/// what was added since by whomever.
class Neighbours {
 public:
  struct Match {
    std::int64_t capture = 0;
    double similarity = 0;  ///< correlation of the thumbnails, over 0.9
  };

  explicit Neighbours(Database& database) : database_(database) {}

  /// The captures other than `capture` that look like `print`, the most similar first, at most 16
  /// of the 256 with the nearest hashes. To be called in the transaction that adds the links.
  std::vector<Match> find(std::int64_t capture, const Fingerprint& print);

  /// Tells of a fingerprint of an old capture; those of new ones are found without.
  void add(std::int64_t capture, std::uint64_t hash) { entries_.push_back({capture, hash}); }

  /// To be called when a transaction that used `find` was rolled back.
  void forget();

 private:
  struct Entry {
    std::int64_t capture;
    std::uint64_t hash;
  };
  void load();

  Database& database_;
  std::vector<Entry> entries_;
  std::int64_t last_ = 0;  ///< the newest capture loaded
};

}  // namespace signpost
