#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "curate/side.h"
#include "image/fingerprint.h"

namespace signpost {

/// Finds pictures of different groups that look like one photograph;
/// docs/decisions/0009-near-duplicates.md. Frames of one group are near-copies by nature and are
/// not compared.
///
/// Every picture is added, then `search` and `find` are called, once each. Memory: 430 bytes a
/// picture (its hash, thumbnail and places in the index) and 12 bytes a likely pair.
class NearDuplicates {
 public:
  /// What a picture is compared and named by. Keys are hashes of texts.
  struct Picture {
    std::uint64_t line = 0;
    std::uint64_t group = 0;    ///< of the sample's group, or of its id where it has none
    std::uint64_t content = 0;  ///< of the file's bytes: groups that share one are told elsewhere
    std::uint32_t image = 0;    ///< of the file's name: signs in one scene are not compared
    Side side = Side::none;
  };
  /// Two groups that hold a pair of near-copies, by the lines of that pair: `line` is the later.
  struct Match {
    std::uint64_t line = 0, other_line = 0;
    double similarity = 0;
  };
  /// Tells how similar the pictures on two lines are, having read them again; called from several
  /// threads.
  using Compare = std::function<double(std::uint64_t line, std::uint64_t other_line)>;

  void add(const Picture& picture, const Fingerprint& fingerprint);
  std::size_t size() const { return pictures_.size(); }

  /// Pairs up what `find` will compare: hashes within HashSearch::kRadius bits, thumbnails that
  /// correlate by 0.9 or more. Per picture at most 16 groups on each side of the split, and 4,096
  /// pictures, are looked at.
  void search(int jobs);
  /// The lines whose pictures `find` may compare, in their order.
  std::vector<std::uint64_t> wanted_lines() const;

  /// Every two groups with a pair at or above `threshold`, which is over 0, by their most similar
  /// pair, in the order of its lines. Of each two groups the three likeliest pairs are compared.
  std::vector<Match> find(double threshold, int jobs, const Compare& compare) const;

  /// How many pairs `find` will compare.
  std::size_t candidate_pairs() const { return candidates_.size(); }

 private:
  struct Candidate {
    std::uint32_t later, earlier;
    float correlation;
  };
  bool same_groups(const Candidate& a, const Candidate& b) const;
  std::vector<Candidate> partners(std::size_t i, const class HashSearch& index) const;

  std::vector<Picture> pictures_;
  std::vector<Fingerprint> fingerprints_;
  std::vector<Candidate> candidates_;  ///< by their groups, the likeliest first
};

}  // namespace signpost
