#include "source/json.h"

#include <simdjson.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/json_text.h"

namespace signpost {
namespace {

namespace dom = simdjson::dom;
namespace od = simdjson::ondemand;

using Place = std::array<std::uint64_t, 2>;
static_assert(sizeof(dom::element) == sizeof(Place));
static_assert(std::is_trivially_copyable_v<dom::element>);

dom::element element_at(const Place& place) {
  dom::element element;
  std::memcpy(static_cast<void*>(&element), place.data(), sizeof(element));
  return element;
}

Place place_of(const dom::element& element) {
  Place place;
  std::memcpy(place.data(), &element, sizeof(element));
  return place;
}

}  // namespace

bool JsonValue::is_null() const { return present_ && element_at(place_).is_null(); }
bool JsonValue::is_object() const { return present_ && element_at(place_).is_object(); }
bool JsonValue::is_array() const { return present_ && element_at(place_).is_array(); }

std::optional<double> JsonValue::number() const {
  double value;
  if (!present_ || element_at(place_).get_double().get(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> JsonValue::integer() const {
  std::int64_t whole;
  if (!present_) return std::nullopt;
  if (!element_at(place_).get_int64().get(whole)) return whole;
  const std::optional<double> value = number();
  if (!value || std::abs(*value) > 9e15 || *value != std::floor(*value)) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<bool> JsonValue::boolean() const {
  bool value;
  if (!present_ || element_at(place_).get_bool().get(value)) return std::nullopt;
  return value;
}

std::optional<std::string_view> JsonValue::string() const {
  std::string_view value;
  if (!present_ || element_at(place_).get_string().get(value)) return std::nullopt;
  return value;
}

JsonValue JsonValue::operator[](std::string_view key) const {
  JsonValue found;
  dom::object object;
  dom::element value;
  if (present_ && !element_at(place_).get_object().get(object) && !object.at_key(key).get(value)) {
    found.place_ = place_of(value);
    found.present_ = true;
  }
  return found;
}

void JsonValue::each_field(const std::function<void(std::string_view, JsonValue)>& visit) const {
  dom::object object;
  if (!present_ || element_at(place_).get_object().get(object)) return;
  for (const dom::key_value_pair field : object) {
    JsonValue value;
    value.place_ = place_of(field.value);
    value.present_ = true;
    visit(field.key, value);
  }
}

void JsonValue::each_element(const std::function<void(JsonValue)>& visit) const {
  dom::array array;
  if (!present_ || element_at(place_).get_array().get(array)) return;
  for (const dom::element element : array) {
    JsonValue value;
    value.place_ = place_of(element);
    value.present_ = true;
    visit(value);
  }
}

std::size_t JsonValue::size() const {
  std::size_t count = 0;
  each_element([&](JsonValue) { ++count; });
  each_field([&](std::string_view, JsonValue) { ++count; });
  return count;
}

void JsonValue::append_to(std::string& out) const {
  if (!present_) {
    out += "null";
    return;
  }
  const dom::element element = element_at(place_);
  if (element.is_string()) {
    append_json_string(out, *string());
  } else {
    out += simdjson::minify(element);
  }
}

std::string JsonValue::text() const {
  std::string out;
  append_to(out);
  return out;
}

struct JsonParser::State {
  dom::parser parser;
};

JsonParser::JsonParser() : state_(std::make_unique<State>()) {}
JsonParser::~JsonParser() = default;
JsonParser::JsonParser(JsonParser&&) noexcept = default;
JsonParser& JsonParser::operator=(JsonParser&&) noexcept = default;

JsonValue JsonParser::parse(std::string_view text, std::string& wrong) {
  return parse(text, false, wrong);
}
JsonValue JsonParser::parse_padded(std::string_view part, std::string& wrong) {
  return parse(part, true, wrong);
}

JsonValue JsonParser::parse(std::string_view text, bool padded, std::string& wrong) {
  JsonValue value;
  dom::element element;
  const simdjson::error_code error =
      state_->parser.parse(text.data(), text.size(), !padded).get(element);
  wrong.clear();
  if (error == simdjson::SUCCESS) {
    value.place_ = place_of(element);
    value.present_ = true;
  } else if (error == simdjson::UTF8_ERROR) {
    wrong = "is not UTF-8; save it as UTF-8";
  } else if (error == simdjson::NUMBER_ERROR) {
    wrong = "holds a number that JSON does not allow; correct it";
  } else if (error == simdjson::DEPTH_ERROR) {
    wrong = "nests more than 1024 deep; correct it";
  } else {
    wrong = "is not valid JSON; correct it (NaN and Infinity are not JSON)";
  }
  return value;
}

JsonText::JsonText(Bytes bytes) : bytes_(std::move(bytes)) {
  if (as_text(bytes_).starts_with("\xef\xbb\xbf")) begin_ = 3;
  size_ = bytes_.size() - begin_;
  bytes_.resize(bytes_.size() + simdjson::SIMDJSON_PADDING, ' ');
}

void JsonText::visit(const std::string& file, const Visitor& visitor) const {
  const auto elements_of = [&](std::string_view name, od::array array) {
    for (auto element : array) {
      visitor.element(name, simdjson::to_json_string(element.value()).value());
    }
  };
  try {
    od::parser parser;
    od::document document =
        parser.iterate(text().data(), size_, size_ + simdjson::SIMDJSON_PADDING);
    const od::json_type type = document.type();
    if (type == od::json_type::array) {
      elements_of({}, document.get_array());
    } else if (type == od::json_type::object) {
      for (auto item : document.get_object()) {
        od::field field = std::move(item);
        const std::string_view key = field.unescaped_key();
        od::value value = field.value();
        const bool wanted =
            std::find(visitor.arrays.begin(), visitor.arrays.end(), key) != visitor.arrays.end();
        if (wanted && value.type() == od::json_type::array) {
          visitor.begin(key);
          elements_of(key, value.get_array());
        } else {
          visitor.field(key, simdjson::to_json_string(value).value());
        }
      }
    } else {
      throw Error(Blame::input, file + ": holds neither a JSON object nor a list");
    }
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
      throw Error(Blame::input, file + ": goes on behind its JSON; correct the file");
    }
  } catch (const simdjson::simdjson_error& error) {
    switch (error.error()) {
      case simdjson::EMPTY:
        throw Error(Blame::input, file + ": is empty; export it again");
      case simdjson::UTF8_ERROR:
        throw Error(Blame::input, file + ": is not UTF-8; save it as UTF-8");
      case simdjson::CAPACITY:
        throw Error(Blame::input, file + ": is over 4 GiB; divide it into several files");
      default:
        throw Error(Blame::input,
                    file + ": is not valid JSON, or was cut short; export or copy it again");
    }
  }
}

}  // namespace signpost
