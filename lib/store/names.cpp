#include "store/names.h"

#include <fmt/format.h>

#include <algorithm>

namespace signpost {

std::string wrong_name(std::string_view what, const std::string& name) {
  constexpr std::size_t kLongest = 200;
  if (name.size() > kLongest) {
    return fmt::format("has {} bytes in its {} name; give at most {}", name.size(), what, kLongest);
  }
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(name, control))
    return fmt::format("has a control character in its {} name; take it out", what);
  return {};
}

}  // namespace signpost
