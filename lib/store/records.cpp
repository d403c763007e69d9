#include "store/records.h"

#include <array>
#include <limits>
#include <nlohmann/json.hpp>

namespace signpost {
namespace {

using Json = nlohmann::ordered_json;

/// What a record turned out to be, when it is not what it should be.
struct Wrong {
  std::string text;
};

Wrong field(std::string_view key, std::string_view expected) {
  return {"field \"" + std::string(key) + "\" must be " + std::string(expected)};
}

Json parse(std::string_view line) {
  constexpr int kDeepest = 32;
  try {
    Json json = Json::parse(line, [](int depth, Json::parse_event_t, Json&) {
      if (depth > kDeepest) throw Wrong{"is nested more than 32 deep"};
      return true;
    });
    if (!json.is_object()) throw Wrong{"is not a JSON object"};
    return json;
  } catch (const Json::exception&) {
    throw Wrong{"is not valid JSON"};
  }
}

/// The value of `key`; null if it is null or absent.
const Json* find(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found == json.end() || found->is_null() ? nullptr : &*found;
}

std::string take_text(const Json& json, const char* key) {
  const Json* value = find(json, key);
  if (!value) return {};
  if (!value->is_string()) throw field(key, "a string");
  return value->get<std::string>();
}

std::optional<int> whole(const Json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > std::numeric_limits<int>::max())
    return std::nullopt;
  const auto number = value.get<std::int64_t>();
  if (number < std::numeric_limits<int>::min()) return std::nullopt;
  return static_cast<int>(number);
}

std::optional<int> take_int(const Json& json, const char* key) {
  const Json* value = find(json, key);
  if (!value) return std::nullopt;
  const std::optional<int> number = whole(*value);
  if (!number) throw field(key, "a whole number");
  return number;
}

bool take_flag(const Json& json, const char* key) {
  const Json* value = find(json, key);
  if (!value) return false;
  if (!value->is_boolean()) throw field(key, "true or false");
  return value->get<bool>();
}

std::optional<Roi> take_roi(const Json& json) {
  const Json* value = find(json, "roi");
  if (!value) return std::nullopt;
  std::array<int, 4> corners{};
  bool good = value->is_array() && value->size() == corners.size();
  for (std::size_t i = 0; good && i < corners.size(); ++i) {
    const std::optional<int> number = whole((*value)[i]);
    good = number.has_value();
    if (good) corners[i] = *number;
  }
  if (!good) throw field("roi", "four whole numbers [x1,y1,x2,y2]");
  return Roi{corners[0], corners[1], corners[2], corners[3]};
}

std::optional<double> take_number(const Json& json, const char* key) {
  const Json* value = find(json, key);
  if (!value) return std::nullopt;
  if (!value->is_number()) throw field(key, "a number");
  return value->get<double>();
}

std::optional<Place> take_place(const Json& json) {
  const std::optional<double> latitude = take_number(json, "latitude");
  const std::optional<double> longitude = take_number(json, "longitude");
  if (latitude.has_value() != longitude.has_value())
    throw Wrong{"has one of \"latitude\" and \"longitude\"; give both"};
  return latitude ? std::optional(Place{*latitude, *longitude}) : std::nullopt;
}

std::optional<Prediction> take_prediction(const Json& json) {
  const std::optional<int> label = take_int(json, "label");
  if (!label) return std::nullopt;
  if (*label < 0) throw field("label", "a class id, 0 or more");
  Prediction prediction;
  prediction.label = *label;
  prediction.model = take_text(json, "model");
  if (const Json* confidence = find(json, "confidence")) {
    const double share = confidence->is_number() ? confidence->get<double>() : -1;
    if (!(share >= 0 && share <= 1)) throw field("confidence", "a number from 0 to 1");
    prediction.confidence = share;
  }
  if (const Json* top = find(json, "top")) {
    if (!top->is_array()) throw field("top", "a list");
    prediction.top = top->dump();
  }
  return prediction;
}

}  // namespace

std::string parse_submission(std::string_view line, Submission& submission) {
  try {
    const Json json = parse(line);
    submission.file = take_text(json, "file");
    if (submission.file.empty()) return "has no \"file\"";
    if (submission.file.find('\0') != std::string::npos)
      return "field \"file\" must be a path; a NUL ends one";
    submission.device = take_text(json, "device");
    submission.group = take_text(json, "group");
    submission.prediction = take_prediction(json);
    submission.taken = take_text(json, "taken");
    submission.place = take_place(json);
    submission.user_label = take_int(json, "user_label");
    if (submission.user_label && *submission.user_label < 0)
      throw field("user_label", "a class id, 0 or more");
    submission.roi = take_roi(json);
  } catch (const Wrong& wrong) {
    return wrong.text;
  }
  return {};
}

std::string parse_annotation(std::string_view line, Annotation& annotation) {
  try {
    const Json json = parse(line);
    annotation.capture = take_text(json, "capture");
    if (annotation.capture.empty()) return "has no \"capture\"";
    annotation.annotator = take_text(json, "annotator");
    annotation.verdict = take_text(json, "verdict");
    annotation.label = take_int(json, "label");
    annotation.roi = take_roi(json);
    annotation.note = take_text(json, "note");
    annotation.milliseconds = take_int(json, "milliseconds");
    annotation.blind = take_flag(json, "blind");
    if (annotation.verdict.empty()) {
      if (!annotation.label) return "has neither \"label\" nor \"verdict\"";
      annotation.verdict = "label";
    }
  } catch (const Wrong& wrong) {
    return wrong.text;
  }
  return {};
}

std::string parse_review(std::string_view line, Review& review) {
  try {
    const Json json = parse(line);
    review.capture = take_text(json, "capture");
    if (review.capture.empty()) return "has no \"capture\"";
    review.decision = take_text(json, "decision");
    review.reviewer = take_text(json, "reviewer");
    review.annotation = take_int(json, "annotation").value_or(0);
    review.label = take_int(json, "label");
    review.roi = take_roi(json);
    review.note = take_text(json, "note");
    if (review.decision.empty()) {
      if (!review.label) return "has neither \"label\" nor \"decision\"";
      review.decision = "adjudicate";
    }
  } catch (const Wrong& wrong) {
    return wrong.text;
  }
  return {};
}

}  // namespace signpost
