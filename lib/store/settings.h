#pragma once

#include <string>
#include <string_view>

namespace signpost {

/// What holds for a whole store.
struct StoreSettings {
  /// The catalogue of classes that annotators choose from: "gtsrb", or the path that its file had
  /// when it was set; its text is kept in the store.
  std::string classes = "gtsrb";
  /// How exactly a place is kept: decimals of a degree, or kNoPlace. 2 is about a kilometre.
  int place_decimals = 2;
  static constexpr int kNoPlace = -1, kMostDecimals = 6;
  /// So many annotators label a capture, blind if over 1 …
  int labels = 1;
  /// … of this share of the captures, drawn by their digests; the others need one.
  double labels_share = 1;
};

/// "none", "1", "0.1", … "0.000001" degrees as decimals. Throws Error{usage}.
int parse_place_policy(std::string_view text);
std::string place_policy_name(int decimals);

}  // namespace signpost
