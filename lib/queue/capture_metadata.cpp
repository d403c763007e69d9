#include "queue/capture_metadata.h"

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/json_object.h"

namespace signpost {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array kFields = {"file",  "label",    "confidence", "top",        "model", "group",
                                "taken", "latitude", "longitude",  "user_label", "roi"};
constexpr std::size_t kMostTop = 5;

std::string ascii(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace

std::optional<std::string> capture_metadata(std::string_view record, std::string& wrong) {
  const std::optional<Json> json = parse_json_object<Json>(record);
  if (!json) {
    wrong = "is not a JSON object";
    return std::nullopt;
  }
  Json kept = Json::object();
  for (const char* name : kFields) {
    const auto found = json->find(name);
    if (found != json->end() && !found->is_null()) kept[name] = *found;
  }
  if (const auto top = kept.find("top"); top != kept.end() && top->is_array()) {
    while (top->size() > kMostTop) top->erase(top->size() - 1);
  }
  std::string text = ascii(kept);
  if (text.size() > kMaxMetadata) {
    wrong = "has " + std::to_string(text.size()) + " bytes of metadata; give at most " +
            std::to_string(kMaxMetadata);
    return std::nullopt;
  }
  return text;
}

std::string file_of_record(std::string_view record) {
  const std::optional<Json> json = parse_json_object<Json>(record);
  if (!json) return {};
  const auto file = json->find("file");
  return file != json->end() && file->is_string() ? file->get<std::string>() : std::string();
}

std::string metadata_of_file(std::string_view file) {
  return ascii(Json{{"file", std::string(file)}});
}

UserLabel user_label_of(std::string_view record) {
  UserLabel said;
  const std::optional<Json> json = parse_json_object<Json>(record);
  if (!json) return said;
  const auto whole = [](const Json& value) {
    const bool fits = value.is_number_unsigned() && value.get<std::uint64_t>() <= INT32_MAX;
    return fits ? std::optional(value.get<int>()) : std::nullopt;
  };
  if (const auto label = json->find("user_label"); label != json->end()) said.label = whole(*label);
  const auto roi = json->find("roi");
  if (roi == json->end() || !roi->is_array() || roi->size() != 4) return said;
  std::array<int, 4> corners{};
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const std::optional<int> number = whole((*roi)[i]);
    if (!number) return said;
    corners[i] = *number;
  }
  said.roi = corners;
  return said;
}

}  // namespace signpost
