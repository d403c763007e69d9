#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace signpost {

/// What a sample is used for: its "split" field.
enum class Side : unsigned char { none, train, val, test };

inline constexpr std::array<std::string_view, 4> kSideNames = {"", "train", "val", "test"};

inline std::string_view name_of(Side side) { return kSideNames[static_cast<std::size_t>(side)]; }

/// Nothing for text that is no side; Side::none for empty text.
inline std::optional<Side> side_of(std::string_view text) {
  for (std::size_t i = 0; i < kSideNames.size(); ++i) {
    if (text == kSideNames[i]) return static_cast<Side>(i);
  }
  return std::nullopt;
}

}  // namespace signpost
