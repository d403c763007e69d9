#include "store/records.h"

#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/json_text.h"

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

/// Writes one JSON object, field by field.
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
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

std::string prediction_json(const Prediction& prediction) {
  std::string out;
  ObjectWriter object(out);
  object.number("label", prediction.label);
  if (prediction.confidence) {
    std::string number;
    append_json_number(number, *prediction.confidence);
    object.raw("confidence", number);
  }
  object.text("model", prediction.model);
  if (!prediction.top.empty()) object.raw("top", prediction.top);
  object.end();
  return out;
}

std::string annotation_json(const CaptureState& capture) {
  const Annotation& annotation = capture.annotation;
  std::string out;
  ObjectWriter object(out);
  object.number("id", capture.annotation_id)
      .text("annotator", annotation.annotator)
      .text("created", capture.annotated)
      .text("verdict", annotation.verdict);
  if (annotation.label) object.number("label", *annotation.label);
  if (const std::optional<Roi>& roi = annotation.roi) {
    object.raw("roi", "[" + std::to_string(roi->x1) + "," + std::to_string(roi->y1) + "," +
                          std::to_string(roi->x2) + "," + std::to_string(roi->y2) + "]");
  }
  object.text("note", annotation.note).end();
  return out;
}

}  // namespace

std::string parse_submission(std::string_view line, Submission& submission) {
  try {
    const Json json = parse(line);
    submission.file = take_text(json, "file");
    if (submission.file.empty()) return "has no \"file\"";
    submission.device = take_text(json, "device");
    submission.group = take_text(json, "group");
    submission.prediction = take_prediction(json);
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
    if (annotation.verdict.empty()) {
      if (!annotation.label) return "has neither \"label\" nor \"verdict\"";
      annotation.verdict = "label";
    }
  } catch (const Wrong& wrong) {
    return wrong.text;
  }
  return {};
}

void append_capture(std::string& out, const CaptureState& capture, const std::string& image) {
  ObjectWriter object(out);
  object.text("capture", short_id(capture.sha256))
      .text("status", capture.status)
      .text("image", image)
      .text("media_type", capture.media_type)
      .number("width", capture.width)
      .number("height", capture.height)
      .text("file", capture.file)
      .text("received", capture.received)
      .text("device", capture.device)
      .text("group", capture.group)
      .text("sha256", capture.sha256);
  if (capture.prediction) object.raw("prediction", prediction_json(*capture.prediction));
  if (capture.annotation_id != 0) object.raw("annotation", annotation_json(capture));
  object.end();
}

Sample sample_of(const CaptureState& capture, const std::string& image) {
  Sample sample;
  sample.id = "capture/" + short_id(capture.sha256);
  sample.image = image;
  sample.width = capture.width;
  sample.height = capture.height;
  sample.roi = capture.annotation.roi.value_or(Roi{0, 0, capture.width, capture.height});
  sample.label = capture.annotation.label;
  sample.group = capture.group.empty() ? sample.id : "capture/" + capture.group;
  sample.sha256 = capture.sha256;
  if (capture.annotation_id != 0) {
    sample.extra = "\"annotator\":" + json_string(capture.annotation.annotator) +
                   ",\"annotation\":" + std::to_string(capture.annotation_id);
  }
  if (!capture.device.empty()) {
    if (!sample.extra.empty()) sample.extra += ',';
    sample.extra += "\"device\":" + json_string(capture.device);
  }
  return sample;
}

}  // namespace signpost
