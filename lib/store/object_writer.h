#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_text.h"

namespace signpost {

/// Writes one JSON object, field by field, in the order of the calls. What is unknown (empty text,
/// no value) is left out.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }

  ObjectWriter& raw(std::string_view key, std::string_view json) {
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, key);
    out_ += ':';
    out_ += json;
    return *this;
  }
  ObjectWriter& text(std::string_view key, const std::string& value) {
    return value.empty() ? *this : raw(key, json_string(value));
  }
  ObjectWriter& number(std::string_view key, std::int64_t value) {
    return raw(key, std::to_string(value));
  }
  ObjectWriter& number(std::string_view key, const std::optional<int>& value) {
    return value ? number(key, std::int64_t{*value}) : *this;
  }
  ObjectWriter& real(std::string_view key, const std::optional<double>& value) {
    if (!value) return *this;
    std::string text;
    append_json_number(text, *value);
    return raw(key, text);
  }
  ObjectWriter& yes(std::string_view key, bool value) { return value ? raw(key, "true") : *this; }
  /// A list of JSON texts; left out where it is empty.
  ObjectWriter& list(std::string_view key, const std::vector<std::string>& elements) {
    if (elements.empty()) return *this;
    std::string all = "[";
    for (const std::string& element : elements) {
      if (all.size() > 1) all += ',';
      all += element;
    }
    return raw(key, all + "]");
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace signpost
