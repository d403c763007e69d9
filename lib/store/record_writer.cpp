#include <fmt/format.h>

#include "store/object_writer.h"
#include "store/records.h"

namespace signpost {
namespace {

std::string roi_json(const Roi& roi) {
  return fmt::format("[{},{},{},{}]", roi.x1, roi.y1, roi.x2, roi.y2);
}

void add_prediction(ObjectWriter& object, const Prediction& prediction) {
  object.number("label", prediction.label).real("confidence", prediction.confidence);
  object.text("model", prediction.model);
  if (!prediction.top.empty()) object.raw("top", prediction.top);
}

std::string prediction_json(const Prediction& prediction, const std::string& created = {}) {
  std::string out;
  ObjectWriter object(out);
  object.text("created", created);
  add_prediction(object, prediction);
  object.end();
  return out;
}

void add_annotation(ObjectWriter& object, const Annotation& annotation) {
  object.text("verdict", annotation.verdict).number("label", annotation.label);
  if (annotation.roi) object.raw("roi", roi_json(*annotation.roi));
  object.text("note", annotation.note);
}

std::string annotation_json(const CaptureState& capture) {
  std::string out;
  ObjectWriter object(out);
  object.number("id", capture.annotation_id)
      .text("annotator", capture.annotation.annotator)
      .text("created", capture.annotated);
  add_annotation(object, capture.annotation);
  object.end();
  return out;
}

std::string annotation_json(const AnnotationRecord& record) {
  std::string out;
  ObjectWriter object(out);
  object.number("id", record.id)
      .text("annotator", record.annotation.annotator)
      .text("created", record.created)
      .text("mode", record.mode);
  add_annotation(object, record.annotation);
  object.number("milliseconds", record.annotation.milliseconds);
  if (record.withdraws != 0) object.number("withdraws", record.withdraws);
  object.raw("stands", record.stands ? "true" : "false").end();
  return out;
}

std::string review_json(const ReviewRecord& record) {
  std::string out;
  ObjectWriter object(out);
  object.number("id", record.id)
      .number("annotation", record.annotation)
      .text("reviewer", record.reviewer)
      .text("created", record.created)
      .text("decision", record.decision)
      .text("note", record.note)
      .end();
  return out;
}

void add_state(ObjectWriter& object, const CaptureState& capture, const std::string& image) {
  object.text("capture", short_id(capture.sha256))
      .text("status", capture.status)
      .text("image", image)
      .text("media_type", capture.media_type)
      .number("width", capture.width)
      .number("height", capture.height)
      .text("file", capture.file)
      .text("received", capture.received)
      .text("taken", capture.taken);
  if (capture.place) {
    object.real("latitude", capture.place->latitude).real("longitude", capture.place->longitude);
  }
  object.text("device", capture.device)
      .text("group", capture.group)
      .text("sha256", capture.sha256)
      .yes("flagged", capture.flagged);
  if (capture.wanted > 1)
    object.number("opinions", capture.opinions).number("wanted", capture.wanted);
  if (capture.prediction) object.raw("prediction", prediction_json(*capture.prediction));
  if (capture.annotation_id != 0) object.raw("annotation", annotation_json(capture));
}

template <typename Values, typename Text>
std::vector<std::string> texts(const Values& values, Text&& text) {
  std::vector<std::string> all;
  for (const auto& value : values) all.push_back(text(value));
  return all;
}

}  // namespace

void append_capture(std::string& out, const CaptureState& capture, const std::string& image) {
  ObjectWriter object(out);
  add_state(object, capture, image);
  object.end();
}

void append_history(std::string& out, const CaptureHistory& history, const std::string& image) {
  ObjectWriter object(out);
  add_state(object, history.state, image);
  object.list("predictions", texts(history.predictions, [](const PredictionRecord& one) {
                return prediction_json(one.prediction, one.created);
              }));
  object.list("annotations", texts(history.annotations, [](const AnnotationRecord& one) {
                return annotation_json(one);
              }));
  object.list("reviews", texts(history.reviews, review_json));
  object.list(
      "similar", texts(history.similar, [](const SimilarCapture& one) {
        std::string text;
        ObjectWriter(text).text("capture", one.capture).real("similarity", one.similarity).end();
        return text;
      }));
  object.list("known", texts(history.known, [](const KnownMatch& one) {
                std::string text;
                ObjectWriter(text)
                    .text("source", one.source)
                    .text("sample", one.sample)
                    .text("split", one.split)
                    .end();
                return text;
              }));
  object.end();
}

Sample sample_of(const Truth& truth, const std::string& image) {
  const CaptureState& capture = truth.capture;
  Sample sample;
  sample.id = "capture/" + short_id(capture.sha256);
  sample.image = image;
  sample.width = capture.width;
  sample.height = capture.height;
  sample.roi = truth.roi.value_or(Roi{0, 0, capture.width, capture.height});
  sample.label = truth.label;
  sample.group = capture.group.empty() ? sample.id : "capture/" + capture.group;
  sample.sha256 = capture.sha256;
  std::string extra;
  ObjectWriter object(extra);
  object
      .list("annotations",
            texts(truth.annotations, [](std::int64_t id) { return std::to_string(id); }))
      .list("annotators",
            texts(truth.annotators, [](const std::string& name) { return json_string(name); }))
      .text("reviewer", truth.reviewer)
      .text("device", capture.device)
      .text("taken", capture.taken)
      .yes("flagged", capture.flagged);
  sample.extra = extra.substr(1);
  return sample;
}

void append_figures(std::string& out, const StoreFigures& figures) {
  const auto counts = [](const auto& map, auto&& name) {
    std::string text;
    ObjectWriter object(text);
    for (const auto& [key, count] : map) object.number(name(key), count);
    object.end();
    return text;
  };
  const auto same = [](const std::string& key) { return key; };
  ObjectWriter object(out);
  object.number("captures", figures.captures)
      .number("bytes", figures.bytes)
      .number("flagged", figures.flagged)
      .number("similar", figures.similar)
      .number("purged", figures.purged)
      .raw("statuses", counts(figures.by_status, same))
      .raw("classes", counts(figures.by_class, [](int key) { return std::to_string(key); }))
      .raw("devices", counts(figures.by_device, same))
      .number("predicted_right", figures.predicted_right)
      .number("predicted_wrong", figures.predicted_wrong);
  object.list("annotators", texts(figures.annotators, [](const AnnotatorFigures& one) {
                std::string text;
                ObjectWriter(text)
                    .text("annotator", one.annotator)
                    .number("annotations", one.annotations)
                    .number("withdrawn", one.withdrawn)
                    .number("reviewed", one.reviewed)
                    .number("refused", one.refused)
                    .real("median_ms", one.median_ms)
                    .real("per_minute", one.per_minute)
                    .end();
                return text;
              }));
  object.list("pairs", texts(figures.pairs, [](const PairAgreement& one) {
                std::string text;
                ObjectWriter(text)
                    .text("first", one.first)
                    .text("second", one.second)
                    .number("captures", one.captures)
                    .real("agreement", one.agreement)
                    .real("cohen_kappa", one.kappa)
                    .end();
                return text;
              }));
  if (figures.fleiss_captures > 0) {
    object.number("fleiss_captures", figures.fleiss_captures)
        .number("fleiss_raters", figures.fleiss_raters)
        .real("fleiss_kappa", figures.fleiss_kappa);
  }
  object.end();
}

}  // namespace signpost
