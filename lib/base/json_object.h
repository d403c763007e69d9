#pragma once

#include <optional>
#include <string_view>

namespace signpost {

/// How deep JSON from strangers may be nested: copying and printing it recurse.
inline constexpr int kDeepestJson = 32;

/// The JSON object in `text`; nothing if it is none or is nested too deep, which `too_deep` tells.
/// `Json` is nlohmann::json or ordered_json, so that only its users see that library.
template <typename Json>
std::optional<Json> parse_json_object(std::string_view text, bool* too_deep = nullptr) {
  bool deep = false;
  Json json = Json::parse(
      text,
      [&](int depth, typename Json::parse_event_t, Json&) {
        deep |= depth > kDeepestJson;
        return !deep;
      },
      false);
  if (too_deep) *too_deep = deep;
  if (deep || !json.is_object()) return std::nullopt;
  return json;
}

}  // namespace signpost
