#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/json_object.h"
#include "base/json_text.h"
#include "base/random.h"
#include "codecs/decode.h"
#include "image/sign_drawing.h"
#include "serve/annotate_api.h"
#include "serve/conditional.h"
#include "store/object_writer.h"
#include "store/records.h"

namespace signpost {
namespace {

using Json = nlohmann::json;

constexpr const char* kOrders[] = {"newest", "uncertain", "class", "random"};
constexpr std::size_t kSuggestions = 5;

/// The class at `key`; nothing if there is none, or what is there can be none.
std::optional<int> class_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  const auto number = found->get<std::int64_t>();
  if (number < 0 || number > std::numeric_limits<int>::max()) return std::nullopt;
  return static_cast<int>(number);
}

/// The best classes that a model named, those of the catalogue alone. What came as `top` was
/// written by whoever sent the capture.
std::vector<std::string> suggestions(const Prediction& prediction, const Catalogue& catalogue) {
  std::vector<std::string> all;
  const auto add = [&](int label, std::optional<double> confidence) {
    if (!catalogue.find(label) || all.size() >= kSuggestions) return;
    std::string text;
    ObjectWriter(text).number("label", label).real("confidence", confidence).end();
    all.push_back(std::move(text));
  };
  const Json top = Json::parse(prediction.top, nullptr, false);
  if (top.is_array()) {
    for (const Json& one : top) {
      const std::optional<int> label = one.is_object() ? class_at(one, "label") : std::nullopt;
      if (!label) continue;
      const bool sure = one.contains("confidence") && one["confidence"].is_number();
      add(*label, sure ? std::optional(one["confidence"].get<double>()) : std::nullopt);
    }
  }
  if (all.empty()) add(prediction.label, prediction.confidence);
  return all;
}

std::string item_json(const QueueItem& item, const Catalogue& catalogue) {
  const CaptureState& capture = item.capture;
  std::string out;
  ObjectWriter object(out);
  object.text("capture", short_id(capture.sha256))
      .number("width", capture.width)
      .number("height", capture.height)
      .text("file", capture.file)
      .text("device", capture.device)
      .text("taken", capture.taken.empty() ? capture.received : capture.taken)
      .number("until", item.until)
      .yes("blind", item.blind)
      .yes("skipped", item.skipped);
  if (capture.prediction) {
    object.number("predicted", capture.prediction->label)
        .text("model", capture.prediction->model)
        .list("suggestions", suggestions(*capture.prediction, catalogue));
  }
  object.end();
  return out;
}

std::string class_json(const SignClass& one, bool drawn) {
  std::string out;
  ObjectWriter(out)
      .number("id", std::int64_t{one.id})
      .text("name", one.name)
      .text("name_de", one.name_de)
      .yes("sign", drawn && find_sign_drawing(one.id))
      .end();
  return out;
}

std::string joined(const std::vector<std::string>& elements) {
  std::string all = "[";
  for (const std::string& element : elements) {
    if (all.size() > 1) all += ',';
    all += element;
  }
  return all + "]";
}

bool is_key(const std::string& key) {
  constexpr std::size_t kLongest = 64;
  return !key.empty() && key.size() <= kLongest &&
         key.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz-") == std::string::npos;
}

std::string answer_json(const std::string& key, const AnnotationAnswer& answer) {
  std::string out;
  ObjectWriter object(out);
  object.text("key", key).text("capture", answer.capture).text("wrong", answer.wrong);
  if (answer.wrong.empty()) object.number("annotation", answer.annotation);
  object.end();
  return out;
}

}  // namespace

std::optional<Json> body_object(const WebRequest& request, WebAnswer& refusal) {
  if (!request.header("Content-Type").starts_with("application/json")) {
    refusal = problem(415, "send a JSON object as application/json");
    return std::nullopt;
  }
  bool deep = false;
  if (std::optional<Json> json = parse_json_object<Json>(request.body, &deep)) return json;
  refusal =
      problem(400, deep ? "the body is nested more than 32 deep" : "the body is not a JSON object");
  return std::nullopt;
}

std::string text_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

WebAnswer AnnotateApi::setup(const WebRequest& request) {
  const StorePool::Use store = store_.reader();
  const bool drawn = store->settings().classes == "gtsrb";
  std::vector<std::string> classes;
  for (const SignClass& one : store->catalogue().classes())
    classes.push_back(class_json(one, drawn));
  std::string out;
  ObjectWriter object(out);
  object.text("annotator", request.account->name)
      .yes("admin", request.account->role == Role::admin)
      .text("order", kOrders[static_cast<std::size_t>(options_.order)])
      .number("class", options_.predicted)
      .number("labels", std::int64_t{store->settings().labels})
      .number("lease_seconds", std::int64_t{options_.lease_seconds})
      .raw("classes", joined(classes))
      .end();
  return json_answer(200, std::move(out));
}

std::string AnnotateApi::parse_queue(const Json& json, QueueRequest& queue) const {
  queue.order = options_.order;
  queue.predicted = options_.predicted;
  queue.lease_seconds = options_.lease_seconds;
  const std::string order = text_at(json, "order");
  if (!order.empty()) {
    const auto* const found = std::ranges::find(kOrders, order);
    if (found == std::end(kOrders)) return "order is newest, uncertain, class or random";
    queue.order = static_cast<CaptureOrder>(found - std::begin(kOrders));
  }
  if (const auto predicted = json.find("class"); predicted != json.end()) {
    queue.predicted = class_at(json, "class");
    if (!queue.predicted && !predicted->is_null()) return "class is a class id, or null for all";
  }
  const auto count = json.find("count");
  if (count == json.end() || !count->is_number_integer() || count->get<std::int64_t>() < 1 ||
      count->get<std::int64_t>() > kMostHeld) {
    return "count is 1 to " + std::to_string(kMostHeld);
  }
  queue.count = count->get<int>();
  return {};
}

WebAnswer AnnotateApi::next(const WebRequest& request) {
  WebAnswer refusal;
  const std::optional<Json> json = body_object(request, refusal);
  if (!json) return refusal;
  QueueRequest queue;
  queue.annotator = request.account->name;
  queue.seed = stable_hash(queue.annotator);
  const std::string wrong = parse_queue(*json, queue);
  if (!wrong.empty()) return problem(400, wrong);
  const StorePool::Use store = store_.writer();
  std::vector<std::string> items;
  for (const QueueItem& item : store->next(queue))
    items.push_back(item_json(item, store->catalogue()));
  return json_answer(200, "{\"items\":" + joined(items) + "}");
}

WebAnswer AnnotateApi::annotations(const WebRequest& request) {
  WebAnswer refusal;
  const std::optional<Json> json = body_object(request, refusal);
  if (!json) return refusal;
  const auto rows = json->find("annotations");
  if (rows == json->end() || !rows->is_array() || rows->empty() || rows->size() > kMostHeld)
    return problem(400, "annotations is a list of 1 to " + std::to_string(kMostHeld));
  const StorePool::Use store = store_.writer();
  std::vector<Annotation> sound;
  std::vector<AnnotationAnswer> answers(rows->size());
  std::vector<std::string> keys;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < rows->size(); ++i) {
    const Json& row = (*rows)[i];
    keys.push_back(row.is_object() ? text_at(row, "key") : std::string());
    Annotation annotation;
    std::string& wrong = answers[i].wrong;
    wrong = is_key(keys.back()) ? parse_annotation(row.dump(), annotation)
                                : "has no key of 1 to 64 small letters, digits and dashes";
    if (!wrong.empty()) continue;
    annotation.annotator = request.account->name;
    annotation.request = keys.back();
    annotation.queued = true;
    const std::optional<CaptureState> capture = store->find(annotation.capture, wrong);
    if (!capture) continue;
    annotation.blind = capture->wanted > 1;
    sound.push_back(std::move(annotation));
    places.push_back(i);
  }
  const std::vector<AnnotationAnswer> made = store->annotate(sound);
  for (std::size_t i = 0; i < made.size(); ++i) answers[places[i]] = made[i];
  std::vector<std::string> out;
  for (std::size_t i = 0; i < answers.size(); ++i) out.push_back(answer_json(keys[i], answers[i]));
  WebAnswer answer = json_answer(200, "{\"answers\":" + joined(out) + "}");
  answer.note = "\"annotations\":" + std::to_string(made.size());
  return answer;
}

WebAnswer AnnotateApi::undo(const WebRequest& request) {
  WebAnswer refusal;
  const std::optional<Json> json = body_object(request, refusal);
  if (!json) return refusal;
  Withdrawal withdrawal;
  withdrawal.annotator = request.account->name;
  withdrawal.of = text_at(*json, "of");
  withdrawal.request = text_at(*json, "key");
  withdrawal.lease_seconds = options_.lease_seconds;
  if (!is_key(withdrawal.request)) return problem(400, "undo needs a key, as an annotation does");
  const StorePool::Use store = store_.writer();
  const AnnotationAnswer answer = store->undo(withdrawal);
  if (!answer.wrong.empty()) return problem(409, answer.wrong);
  std::string wrong, out;
  const std::optional<CaptureState> capture = store->find(answer.capture, wrong);
  ObjectWriter object(out);
  object.text("capture", answer.capture).number("annotation", answer.annotation);
  if (capture) {
    QueueItem item;
    item.capture = *capture;
    item.blind = capture->wanted > 1;
    object.raw("item", item_json(item, store->catalogue()));
  }
  object.end();
  return json_answer(200, std::move(out));
}

WebAnswer AnnotateApi::skip(const WebRequest& request) {
  WebAnswer refusal;
  const std::optional<Json> json = body_object(request, refusal);
  if (!json) return refusal;
  if (!store_.writer()->skip(request.account->name, text_at(*json, "capture")))
    return problem(404, "there is no such capture");
  return json_answer(200, "{}");
}

WebAnswer AnnotateApi::release(const WebRequest& request) {
  store_.writer()->release(request.account->name);
  return json_answer(200, "{}");
}

WebAnswer AnnotateApi::image(const WebRequest& request) {
  std::string wrong;
  auto bytes = std::make_shared<Bytes>();
  std::optional<CaptureState> capture;
  {
    const StorePool::Use store = store_.reader();
    capture = store->find(request.rest, wrong);
    if (!capture) return problem(404, wrong);
    if (!store->image(*capture, *bytes, wrong)) return problem(404, wrong);
  }
  const std::string_view type = image_type(*bytes);
  if (type == "ppm" || type == "pgm") {
    Image pixels;
    if (!decode_image(*bytes, pixels, wrong)) return problem(404, wrong);
    *bytes = encode_png(pixels);
    return conditional_answer(request, bytes, "\"png-" + capture->sha256 + "\"", "image/png");
  }
  return conditional_answer(request, bytes, "\"" + capture->sha256 + "\"", capture->media_type);
}

}  // namespace signpost
