#include "source/box_fields.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/json_text.h"

namespace signpost {
namespace {

constexpr double kMaxCoordinate = 1 << 27;

std::string bad_side(std::string_view name, std::string_view value) {
  return fmt::format("{} is {}; correct it", name, value);
}

std::optional<int> side(std::optional<std::int64_t> value, std::string_view text,
                        std::string_view name, std::string& wrong) {
  if (!value || *value < 0 || *value > kMaxSidePx) {
    wrong = bad_side(name, text);
    return std::nullopt;
  }
  if (*value == 0) return std::nullopt;
  return static_cast<int>(*value);
}

}  // namespace

std::string signpost_object(const Sample& sample, std::string_view format, bool with_split) {
  Sample own;
  own.id = sample.id;
  own.group = sample.group;
  own.frame = sample.frame;
  if (with_split) own.split = sample.split;
  std::string text;
  encode(own, text);
  text.pop_back();
  text.erase(0, 1);
  if (!sample.roi) add_field(text, "roi", "null");
  if (!sample.extra.empty()) {
    JsonParser parser;
    std::string wrong;
    parser.parse("{" + sample.extra + "}", wrong).each_field([&](std::string_view key, auto value) {
      if (key != format) add_field(text, key, value.text());
    });
  }
  return "{" + text + "}";
}

std::string read_signpost_object(std::string_view json, std::string_view format, Sample& sample,
                                 bool& whole_image) {
  constexpr std::string_view kNone = "\x01";
  JsonParser parser;
  std::string wrong;
  const JsonValue object = parser.parse(json, wrong);
  if (wrong.empty() && !object.is_object()) wrong = "is not a JSON object; remove it";
  if (!wrong.empty()) return "\"signpost\" " + wrong;
  whole_image = object["roi"].is_null();
  // A record needs an id and an image; ours come first, so that those of the object win.
  std::string record = R"({"id":"\u0001","image":"\u0001")";
  object.each_field([&](std::string_view key, JsonValue value) {
    if (key == format) return;
    record += ',';
    append_json_string(record, key);
    record += ':';
    value.append_to(record);
  });
  record += '}';
  Sample read;
  SampleDecoder decoder;
  wrong = decoder.decode(record, read);
  if (!wrong.empty()) return "\"signpost\": " + wrong + "; correct it or remove it";
  if (read.id != kNone) sample.id = read.id;
  sample.group = read.group;
  sample.frame = read.frame;
  if (subset_name(read.split) == read.split) sample.split = read.split;
  if (!read.extra.empty()) {
    if (!sample.extra.empty()) sample.extra += ',';
    sample.extra += read.extra;
  }
  return {};
}

std::string format_object(const Sample& sample, std::string_view format) {
  if (sample.extra.empty()) return {};
  JsonParser parser;
  std::string wrong;
  const JsonValue object = parser.parse("{" + sample.extra + "}", wrong)[format];
  return object.is_object() ? object.text() : std::string();
}

bool has_first_pixels(const Sample& sample) {
  if (!sample.ops.empty()) return false;
  if (sample.extra.find("\"rendered_from\"") == std::string::npos) return true;
  JsonParser parser;
  std::string wrong;
  return !parser.parse("{" + sample.extra + "}", wrong)["rendered_from"].present();
}

void add_extra(Sample& sample, std::string_view key, std::string_view json) {
  if (json == "{}") return;
  add_field(sample.extra, key, json);
}

void add_field(std::string& object, std::string_view key, std::string_view json) {
  if (!object.empty()) object += ',';
  append_json_string(object, key);
  object += ':';
  object += json;
}

std::string check_box(const Annotation::Box& box) {
  for (const double edge : {box.x1, box.y1, box.x2, box.y2}) {
    if (!std::isfinite(edge) || std::abs(edge) > kMaxCoordinate)
      return "the box has an edge that no image has; correct it";
  }
  if (box.x1 < box.x2 && box.y1 < box.y2) return {};
  return fmt::format("the box is {} x {} px; a box needs a width and a height", box.x2 - box.x1,
                     box.y2 - box.y1);
}

bool same_box(const Annotation::Box& box, const Roi& roi) {
  return std::abs(box.x1 - roi.x1) <= 1 && std::abs(box.y1 - roi.y1) <= 1 &&
         std::abs(box.x2 - roi.x2) <= 1 && std::abs(box.y2 - roi.y2) <= 1;
}

bool covers_image(const Annotation::Box& box, const AnnotatedImage& image) {
  if (!image.width || !image.height) return true;
  return same_box(box, {0, 0, *image.width, *image.height});
}

std::string subset_name(const std::string& split) {
  return split == "train" || split == "val" || split == "test" ? split : "default";
}

Roi roi_of(const Sample& sample, const ExportedImage& image) {
  return sample.roi.value_or(Roi{0, 0, image.width, image.height});
}

std::optional<int> declared_side(JsonValue value, std::string_view name, std::string& wrong) {
  if (!value.present() || value.is_null()) return std::nullopt;
  return side(value.integer(), value.text(), name, wrong);
}

std::optional<int> declared_side(std::string_view digits, std::string_view name,
                                 std::string& wrong) {
  if (digits.empty()) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  return side(whole ? std::optional(value) : std::nullopt, fmt::format("\"{}\"", digits), name,
              wrong);
}

std::string split_of_name(std::string_view name) {
  std::string found, word;
  const auto close = [&] {
    std::string split;
    if (word == "train" || word == "training") split = "train";
    if (word == "val" || word == "valid" || word == "validation") split = "val";
    if (word == "test" || word == "testing") split = "test";
    word.clear();
    if (split.empty() || split == found) return;
    found = found.empty() ? split : "?";
  };
  for (const char c : name) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (lower >= 'a' && lower <= 'z') {
      word += lower;
    } else {
      close();
    }
  }
  close();
  return found == "?" ? std::string() : found;
}

void complete_keys(AnnotatedImage& image) {
  if (image.annotations.size() == 1) {
    image.annotations.front().key.clear();
    return;
  }
  std::size_t number = 0;
  for (Annotation& annotation : image.annotations) {
    ++number;
    if (annotation.key.empty()) annotation.key = std::to_string(number);
  }
}

}  // namespace signpost
