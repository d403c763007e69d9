#include "sample/json_fields.h"

#include <simdjson.h>

namespace signpost {

std::optional<std::vector<JsonField>> json_fields(std::string_view object) {
  simdjson::dom::parser parser;
  simdjson::dom::object parsed;
  if (parser.parse(object.data(), object.size()).get(parsed)) return std::nullopt;
  std::vector<JsonField> fields;
  for (const auto& [key, value] : parsed) {
    JsonField field{std::string(key), simdjson::minify(value), std::nullopt};
    std::string_view text;
    if (!value.get(text)) field.text = text;
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace signpost
