#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace signpost {

struct JsonField {
  std::string name;
  std::string value;                ///< as JSON text without white space
  std::optional<std::string> text;  ///< the text itself, where the value is one
};

/// The fields of a JSON object in their order; nothing for text that is no JSON object.
std::optional<std::vector<JsonField>> json_fields(std::string_view object);

}  // namespace signpost
