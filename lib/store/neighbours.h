#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "image/fingerprint.h"
#include "store/database.h"

namespace signpost {

/// The perceptual hashes of a store's captures, kept in memory (100 bytes a capture) to find those
/// that look like a new one: all within 10 bits, by multi-index hashing (Norouzi, Punjani, Fleet,
/// "Fast search in Hamming space with multi-index hashing", CVPR 2012). Hashes are cut into five
/// parts; two that differ in ten bits at most differ in two at most of some part. For one
/// connection; loads what was added since by whomever.
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
  void add(std::int64_t capture, std::uint64_t hash);

  /// To be called when a transaction that used `find` was rolled back.
  void forget();

 private:
  struct Entry {
    std::int64_t capture;
    std::uint64_t hash;
  };
  /// Some bits of a hash, and the entries by their value there, each once more in each part:
  /// looking elsewhere for a hash costs more than comparing it.
  struct Part {
    int shift, bits;
    std::vector<std::vector<Entry>> buckets = {};
    std::uint64_t of(std::uint64_t hash) const {
      return hash >> shift & ((std::uint64_t{1} << bits) - 1);
    }
  };
  void load();
  void look(const Part& part, std::uint64_t bucket, std::uint64_t hash,
            std::vector<std::pair<int, std::int64_t>>& near) const;

  Database& database_;
  std::array<Part, 5> parts_ = {{{0, 13}, {13, 13}, {26, 13}, {39, 12}, {51, 12}}};
  std::int64_t last_ = 0;  ///< the newest capture loaded
};

}  // namespace signpost
