#include "sample/sample.h"

#include <simdjson.h>

#include <array>
#include <charconv>
#include <functional>
#include <limits>

#include "base/error.h"
#include "base/json_text.h"
#include "sample/history.h"

namespace signpost {
namespace {

namespace od = simdjson::ondemand;

/// What a field turned out to be, when it is not what the schema says.
struct FieldError {
  std::string text;
};

FieldError wrong(std::string_view key, std::string_view expected) {
  return {"field \"" + std::string(key) + "\" must be " + std::string(expected)};
}

/// The key between its quotes, as it stands in the text.
std::string_view raw_key(od::field& field) {
  const char* begin = field.key().raw();
  const char* end = begin;
  while (*end != '"') end += *end == '\\' ? 2 : 1;
  return {begin, static_cast<std::size_t>(end - begin)};
}

void take_text(od::value value, std::string_view key, std::string& out) {
  std::string_view text;
  if (!value.get_string().get(text)) {
    out.assign(text);
  } else if (value.is_null()) {
    out.clear();
  } else {
    throw wrong(key, "a string");
  }
}

void take_int(od::value value, std::string_view key, std::optional<int>& out) {
  std::int64_t number;
  if (!value.get_int64().get(number) && number >= std::numeric_limits<int>::min() &&
      number <= std::numeric_limits<int>::max()) {
    out = static_cast<int>(number);
  } else if (value.is_null()) {
    out.reset();
  } else {
    throw wrong(key, "a whole number");
  }
}

void take_roi(od::value value, std::optional<Roi>& out) {
  constexpr const char* kExpected = "four whole numbers [x1,y1,x2,y2]";
  if (value.is_null()) {
    out.reset();
    return;
  }
  od::array array;
  if (value.get_array().get(array)) throw wrong("roi", kExpected);
  std::array<int, 4> corners{};
  std::size_t count = 0;
  for (auto item : array) {
    if (count == 4) throw wrong("roi", kExpected);
    od::value element;
    if (item.get(element)) throw wrong("roi", kExpected);
    std::int64_t number;
    if (element.get_int64().get(number) || number < -1000000000 || number > 1000000000)
      throw wrong("roi", kExpected);
    corners[count++] = static_cast<int>(number);
  }
  if (count != 4) throw wrong("roi", kExpected);
  out = Roi{corners[0], corners[1], corners[2], corners[3]};
}

/// JSON's white space and no other control character, which would be part of a damaged value.
bool is_white(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Values stand in each other at most this deep, so that a bad line cannot exhaust the stack.
constexpr int kDeepest = 500;

/// Goes through all of a value, since simdjson skips over what nobody asks for, sound or not.
/// Throws simdjson_error, or FieldError where it is too deep.
void walk(od::value value, int depth);

void walk(od::array array, int depth) {
  array.reset();
  for (auto item : array) walk(item.value(), depth + 1);
}

void walk(od::object object, int depth) {
  object.reset();
  for (auto item : object) {
    od::field field = std::move(item);
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) throw simdjson::simdjson_error(error);
    walk(field.value(), depth + 1);
  }
}

void walk(od::value value, int depth) {
  if (depth > kDeepest)
    throw FieldError{"has lists or objects more than " + std::to_string(kDeepest) + " deep"};
  switch (od::json_type(value.type())) {
    case od::json_type::array:
      return walk(value.get_array(), depth);
    case od::json_type::object:
      return walk(value.get_object(), depth);
    case od::json_type::string:
      static_cast<void>(std::string_view(value.get_string()));
      return;
    case od::json_type::number:
      static_cast<void>(double(value.get_double()));
      return;
    case od::json_type::boolean:
      static_cast<void>(bool(value.get_bool()));
      return;
    case od::json_type::null:
      if (!value.is_null()) throw simdjson::simdjson_error(simdjson::N_ATOM_ERROR);
      return;
  }
}

/// A value as it stands in the text, once it is known to be sound.
std::string_view raw_text_of(od::value value) {
  switch (od::json_type(value.type())) {
    case od::json_type::array: {
      od::array array = value.get_array();
      const std::string_view raw = array.raw_json();
      walk(array, 1);
      return raw;
    }
    case od::json_type::object: {
      od::object object = value.get_object();
      const std::string_view raw = object.raw_json();
      walk(object, 1);
      return raw;
    }
    default: {
      const std::string_view raw = value.raw_json_token();
      walk(value, 1);
      return raw;
    }
  }
}

/// The elements of an array as JSON text, without the brackets and outer white space.
void take_ops(od::value value, std::string& out) {
  od::array array;
  std::string_view raw;
  if (value.get_array().get(array) || array.raw_json().get(raw))
    throw wrong("ops", "a list of operations");
  walk(array, 1);
  raw.remove_prefix(1);
  raw.remove_suffix(1);
  while (!raw.empty() && is_white(raw.front())) raw.remove_prefix(1);
  while (!raw.empty() && is_white(raw.back())) raw.remove_suffix(1);
  out.assign(raw);
}

void keep_unknown(od::value value, std::string_view raw_key, std::string& extra,
                  std::string& history) {
  std::string_view raw = raw_text_of(value);
  while (!raw.empty() && is_white(raw.back())) raw.remove_suffix(1);
  if (raw_key == "history" && is_history(raw)) {
    history = raw;
    return;
  }
  if (!extra.empty()) extra += ',';
  extra += '"';
  extra += raw_key;
  extra += "\":";
  extra += raw;
}

using Fail = std::function<Error(const std::string&)>;

CropOp crop_of(od::object arguments, const Fail& fail) {
  CropOp crop;
  for (auto item : arguments) {
    od::field argument = std::move(item);
    const std::string_view name = raw_key(argument);
    if (name == "size") {
      const auto size = std::int64_t(argument.value());
      if (size < 1 || size > 4096) throw fail("asks for a crop of " + std::to_string(size) + " px");
      crop.size = static_cast<int>(size);
    } else if (name == "margin") {
      crop.margin = double(argument.value());
      if (!(crop.margin >= 0 && crop.margin <= 4)) throw fail("asks for a margin outside 0 to 4");
    } else {
      throw fail("gives crop the unknown argument \"" + std::string(name) + "\"");
    }
  }
  if (crop.size == 0) throw fail("asks for a crop without a size");
  return crop;
}

TransformOp transform_of(std::string_view name, const Fail& fail) {
  const std::optional<Transform> transform = transform_named(name);
  if (!transform) throw fail("asks for the unknown transform \"" + std::string(name) + "\"");
  return {*transform};
}

AugmentOp augment_of(od::object arguments, const Fail& fail) {
  AugmentOp augment;
  for (auto item : arguments) {
    od::field argument = std::move(item);
    const std::string_view name = raw_key(argument);
    if (name == "recipe") {
      augment.recipe = std::string_view(argument.value());
    } else if (name == "digest") {
      augment.digest = std::string_view(argument.value());
    } else if (name == "seed") {
      augment.seed = std::uint64_t(argument.value());
    } else if (name == "copy") {
      augment.copy = std::uint64_t(argument.value());
    } else {
      throw fail("gives augment the unknown argument \"" + std::string(name) + "\"");
    }
  }
  if (augment.recipe.empty()) throw fail("asks for an augmentation without a recipe");
  return augment;
}

}  // namespace

bool inside(const Roi& roi, int width, int height) {
  return roi.x1 >= 0 && roi.y1 >= 0 && roi.x1 < roi.x2 && roi.y1 < roi.y2 && roi.x2 <= width &&
         roi.y2 <= height;
}

void Sample::clear() {
  id.clear();
  image.clear();
  width.reset();
  height.reset();
  roi.reset();
  label.reset();
  group.clear();
  frame.reset();
  split.clear();
  fold.reset();
  sha256.clear();
  ops.clear();
  extra.clear();
}

void Sample::add_op(std::string_view json) {
  if (!ops.empty()) ops += ',';
  ops += json;
}

struct SampleDecoder::Parser {
  od::parser parser;
  simdjson::padded_string copy;
};

SampleDecoder::SampleDecoder() : parser_(std::make_unique<Parser>()) {
  static_assert(kPadding >= simdjson::SIMDJSON_PADDING);
}
SampleDecoder::~SampleDecoder() = default;

std::string SampleDecoder::decode(std::string_view line, Sample& sample) {
  parser_->copy = simdjson::padded_string(line);
  return decode({parser_->copy.data(), parser_->copy.size()},
                parser_->copy.size() + simdjson::SIMDJSON_PADDING, sample);
}

std::string SampleDecoder::decode(std::string_view line, std::size_t capacity, Sample& sample) {
  sample.clear();
  history_.clear();
  try {
    od::document document;
    if (parser_->parser.iterate(line.data(), line.size(), capacity).get(document))
      return "is not valid JSON";
    od::object object;
    if (const auto error = document.get_object().get(object)) {
      return error == simdjson::INCORRECT_TYPE ? "is not a JSON object" : "is not valid JSON";
    }
    for (auto item : object) {
      od::field field;
      if (std::move(item).get(field)) return "is not valid JSON";
      const std::string_view key = raw_key(field);
      od::value value = field.value();
      if (key == "id") {
        take_text(value, key, sample.id);
      } else if (key == "image") {
        take_text(value, key, sample.image);
      } else if (key == "width") {
        take_int(value, key, sample.width);
      } else if (key == "height") {
        take_int(value, key, sample.height);
      } else if (key == "roi") {
        take_roi(value, sample.roi);
      } else if (key == "label") {
        take_int(value, key, sample.label);
      } else if (key == "group") {
        take_text(value, key, sample.group);
      } else if (key == "frame") {
        take_int(value, key, sample.frame);
      } else if (key == "split") {
        take_text(value, key, sample.split);
      } else if (key == "fold") {
        take_int(value, key, sample.fold);
      } else if (key == "sha256") {
        take_text(value, key, sample.sha256);
      } else if (key == "ops") {
        take_ops(value, sample.ops);
      } else {
        keep_unknown(value, key, sample.extra, history_);
      }
    }
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) {
      return "has text behind its JSON object; put one object on each line";
    }
  } catch (const FieldError& error) {
    return error.text;
  } catch (const simdjson::simdjson_error&) {
    return "is not valid JSON";
  }
  if (sample.id.empty()) return "has no \"id\"";
  if (sample.image.empty()) return "has no \"image\"";
  return {};
}

std::vector<Op> SampleDecoder::ops(const Sample& sample) {
  std::vector<Op> ops;
  if (sample.ops.empty()) return ops;
  const auto fail = [&](const std::string& what) {
    return Error(Blame::input, sample.id + ": field \"ops\" " + what);
  };
  try {
    const simdjson::padded_string text("[" + sample.ops + "]");
    od::document document = parser_->parser.iterate(text);
    for (od::object op : document.get_array()) {
      for (auto item : op) {
        od::field field = std::move(item);
        const std::string_view key = raw_key(field);
        if (key == "crop") {
          ops.emplace_back(crop_of(field.value().get_object(), fail));
        } else if (key == "transform") {
          ops.emplace_back(transform_of(field.value().get_string(), fail));
        } else if (key == "augment") {
          ops.emplace_back(augment_of(field.value().get_object(), fail));
        } else {
          throw fail("holds the unknown operation \"" + std::string(key) + "\"");
        }
      }
    }
  } catch (const simdjson::simdjson_error& error) {
    throw fail(std::string("cannot be read: ") + error.what());
  }
  return ops;
}

}  // namespace signpost
