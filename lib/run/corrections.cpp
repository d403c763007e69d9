#include "run/corrections.h"

#include <nlohmann/json.hpp>

#include "run/samples.h"

namespace signpost {
namespace {

using Json = nlohmann::json;

bool is_id(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() && found->get<std::int64_t>() >= 0 &&
         found->get<std::int64_t>() <= INT32_MAX;
}

std::optional<std::string> name_of(const Json& json) {
  for (const char* key : {"id", "file"}) {
    const auto found = json.find(key);
    if (found != json.end() && found->is_string()) return key + (":" + found->get<std::string>());
  }
  if (is_id(json, "frame")) return "frame:" + std::to_string(json["frame"].get<std::int64_t>());
  return std::nullopt;
}

}  // namespace

Corrections::Corrections(std::istream& in, const std::string& name, Rejects& rejects) {
  std::string line;
  for (std::uint64_t number = 1; next_line(in, name, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string wrong = add(line);
    if (!wrong.empty()) rejects.add(name + ":" + std::to_string(number), wrong, line);
  }
}

std::string Corrections::add(const std::string& line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return "is not a JSON object";
  const std::optional<std::string> name = name_of(json);
  if (!name) return "has no \"id\", \"file\" or \"frame\"";
  if (!is_id(json, "label")) return "has no \"label\", a class id";
  const int label = json["label"].get<int>();
  const auto [there, fresh] = labels_.emplace(*name, label);
  if (fresh || there->second == label) return {};
  return "says " + std::to_string(label) + " where an earlier line says " +
         std::to_string(there->second) + "; the earlier one stays";
}

std::optional<int> Corrections::find(const Subject& subject) const {
  if (labels_.empty()) return std::nullopt;
  const auto look = [&](const std::string& name) -> std::optional<int> {
    const auto found = labels_.find(name);
    return found == labels_.end() ? std::nullopt : std::optional(found->second);
  };
  if (!subject.id.empty()) {
    if (const auto label = look("id:" + subject.id)) return label;
  }
  if (subject.frame) return look("frame:" + std::to_string(*subject.frame));
  return look("file:" + subject.file);
}

}  // namespace signpost
